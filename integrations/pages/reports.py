"""What the mail provider reports: mails that came back, and addresses that want none."""

from __future__ import annotations

from typing import Any

from anymail import urls as providers
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from core import clock, mailing, scope
from core.errors import Refused
from integrations.services import bouncing
from tenants.doors import public


@public
@csrf_exempt
def reports(request: HttpRequest) -> HttpResponse:
    """Take the reports of the provider that MAIL_URL names; it shows who it is by MAIL_WEBHOOK_SECRET.

    Without a provider or a secret there is no such page. What is about nothing of ours is passed over.
    """
    if not mailing.provider(settings.MAIL_URL) or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    view = _reader(mailing.provider(settings.MAIL_URL))
    if request.method == "POST":
        view.run_validators(request)
        for event in view.parse_events(request):
            _take(event)
    return HttpResponse()


def _reader(provider: str) -> Any:
    """anymail's reader of this provider's reports; its signals are not used, so that one sees here what happens."""
    names = (f"{provider}_tracking_webhook", f"{provider}_webhook")
    for pattern in providers.urlpatterns:
        if pattern.name in names:
            return pattern.callback.view_class()
    raise Http404


def _take(event: Any) -> None:
    marks = getattr(event, "metadata", None) or {}
    client, notice = str(marks.get("client", "")), str(marks.get("notice", ""))
    if not (client and notice.isdecimal()):
        return
    try:
        where = scope.client(client)
    except Refused:
        return
    with where:
        detail = str(event.description or event.mta_response or event.reject_reason or event.event_type or "")
        bouncing.report(
            int(notice), event=event.event_type or "", address=event.recipient or "", detail=detail, at=clock.now()
        )
