"""Mail: `send` asks for it in the transaction at hand, a task hands it to what MAIL_URL names.

Without MAIL_URL mails are kept as files under var/mail, for the demonstration and for tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import unquote, urlsplit

from anymail.exceptions import AnymailRecipientsRefused
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
    post(Letter(to=to, subject=subject, text=sealing.unseal(text), html=sealing.unseal(html) if html else ""))


@dataclass(frozen=True)
class Letter:
    """One mail, as it is handed over.

    sender: the name beside the portal's own address, which stays: another one would not be ours to sign. attachments:
    name, bytes and content type of each. marks: short texts by which the provider's reports name the mail again.
    """

    to: str
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    reply_to: str = ""
    attachments: Sequence[tuple[str, bytes, str]] = ()
    marks: Mapping[str, str] = field(default_factory=dict)


class Undeliverable(Exception):  # noqa: N818 (says what the mail is)
    """The mail server says of this very address that it takes no mail: trying again is no use."""


def post(letter: Letter) -> str:
    """Hand a mail to the mail server, now; returns the provider's id of it, "" where it gives none.

    For tasks alone: it talks to the outside. Raises Undeliverable, or whatever the server's absence raises.
    """
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        formataddr((letter.sender, address)) if letter.sender else settings.DEFAULT_FROM_EMAIL,
        [letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Auto-Submitted": "auto-generated"},
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    for name, content, content_type in letter.attachments:
        message.attach(name, content, content_type)
    if letter.marks:
        message.metadata = dict(letter.marks)  # type: ignore[attr-defined]  # read by anymail
    try:
        message.send()
    except (SMTPRecipientsRefused, AnymailRecipientsRefused) as error:
        raise Undeliverable(str(error)) from error
    status = getattr(message, "anymail_status", None)
    return str(getattr(status, "message_id", None) or "")


def options(url: str) -> dict[str, Any]:
    """What a MAIL_URL says: `smtp+tls://user:password@host:587`, or `anymail+postmark://?POSTMARK_SERVER_TOKEN=…`."""
    parts = urlsplit(url)
    if parts.scheme.startswith("anymail+"):
        return {"backend": f"anymail.backends.{provider(url)}.EmailBackend"}  # the rest stands in settings.ANYMAIL
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


def provider(url: str) -> str:
    """The provider that a MAIL_URL names for anymail ("postmark"), "" for a mail server."""
    scheme = urlsplit(url).scheme
    return scheme.removeprefix("anymail+") if scheme.startswith("anymail+") else ""


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
