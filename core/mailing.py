"""Mail: `send` asks for it in the transaction at hand, a task hands it to what MAIL_URL names.

Without MAIL_URL mails are kept as files under var/mail, for the demonstration and for tests.
"""

from __future__ import annotations

from email.utils import formataddr
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from core import sealing, tasks

SCHEMES: dict[str, dict[str, bool]] = {"smtp": {}, "smtp+tls": {"use_tls": True}, "smtps": {"use_ssl": True}}


def send(*, to: str, subject: str, text: str, html: str = "", name: str = "") -> int:
    """Have a mail sent after the transaction at hand commits; returns the job's id.

    name: whom it is for, shown beside the address. What the mail says is sealed in the job: it may carry a link that
    opens an account.
    """
    return deliver.enqueue(
        to=formataddr((name, to)) if name else to,
        subject=" ".join(subject.split()),
        text=sealing.seal(text),
        html=sealing.seal(html) if html else "",
    )


@tasks.task(queue="outside")
def deliver(*, to: str, subject: str, text: str, html: str) -> None:
    """Hand one mail to the mail server."""
    message = EmailMultiAlternatives(subject, sealing.unseal(text), settings.DEFAULT_FROM_EMAIL, [to])
    if html:
        message.attach_alternative(sealing.unseal(html), "text/html")
    message.send()


def options(url: str) -> dict[str, Any]:
    """What a MAIL_URL says: `smtp+tls://user:password@host:587`, or `anymail+postmark://?POSTMARK_SERVER_TOKEN=…`."""
    parts = urlsplit(url)
    if parts.scheme.startswith("anymail+"):
        name = parts.scheme.removeprefix("anymail+")
        return {"backend": f"anymail.backends.{name}.EmailBackend", **dict(parse_qsl(parts.query))}
    if parts.scheme not in SCHEMES:
        raise ValueError(f"MAIL_URL must begin with one of {', '.join(SCHEMES)} or anymail+…")
    return {
        "backend": "django.core.mail.backends.smtp.EmailBackend",
        "host": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        **SCHEMES[parts.scheme],
    }


class Backend(BaseEmailBackend):
    """Hands every mail to the backend that the settings name."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.given = given

    def send_messages(self, email_messages: Any) -> int:
        if settings.MAIL_URL:
            target = get_connection(**{**self.given, **options(settings.MAIL_URL)})
        else:
            folder = settings.VAR / "mail"
            target = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))
        return int(target.send_messages(email_messages) or 0)
