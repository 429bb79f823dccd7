"""Quotes go out: numbered, printed, with a link for the buyer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import translation

from core.batches import Outcome
from core.errors import Refused
from core.events import Actor
from core.text import search_key
from core.wording import Sentence, _
from documents.services import issuing
from orders import ports
from orders.models import Inquiry, Quote, QuoteVersion
from orders.queries.papers import of_quotes
from orders.queries.quoting import with_lines
from orders.services.quoting.locking import sifted
from orders.services.quoting.telling import tell


@transaction.atomic
def send(quote_ids: Collection[int], *, actor: Actor, at: datetime) -> Outcome:
    """Send the drafts of quotes: each becomes a document, and replaces what waited for the buyer before.

    The outcome is by quote. Refused are those without a draft, and drafts whose validity is over already.
    """
    ready, refused = sifted("send", quote_ids)
    over = {one.quote_id: _over() for one in ready if one.valid_until < ports.today(at)}
    going = [one for one in ready if one.quote_id not in over]
    if going:
        earlier = _supersede(going, at=at)
        _issue(going, earlier, actor=actor, at=at)
        inquiries = [one.quote.inquiry_id for one in going if one.quote.inquiry_id]
        Inquiry.objects.filter(pk__in=inquiries, state=Inquiry.OPEN).update(state=Inquiry.ANSWERED, answered_at=at)
        tell("quote.sent", going, actor=actor, at=at)
    return Outcome.of((one.quote_id for one in going), refused | over)


def _over() -> Refused:
    return Refused(
        Sentence(_("有効期限が過ぎています。今日以降の日付にしてください。")), code="over", field="valid_until"
    )


def _supersede(going: Sequence[QuoteVersion], *, at: datetime) -> dict[int, QuoteVersion]:
    """What buyers saw last, by quote; where it waits for them still, it does no more."""
    seen = with_lines(QuoteVersion.objects.filter(quote__in=[one.quote_id for one in going], sent_at__isnull=False))
    last = {one.quote_id: one for one in seen.order_by("version")}
    waiting = [one.pk for one in last.values() if one.state == QuoteVersion.SENT]
    QuoteVersion.objects.filter(pk__in=waiting).update(state=QuoteVersion.SUPERSEDED, decided_at=at)
    return last


def _issue(going: Sequence[QuoteVersion], earlier: dict[int, QuoteVersion], *, actor: Actor, at: datetime) -> None:
    """A paper for each, whose number the quote takes on."""
    for version in going:
        version.state, version.sent_at, version.sent_by = QuoteVersion.SENT, at, actor.name
    with translation.override("ja"):
        papers = issuing.issue(of_quotes.KIND, of_quotes.drafts(going, earlier), actor=actor, at=at)
    for version, paper in zip(going, papers, strict=True):
        version.paper_id, version.revision = paper.document_id, paper.revision
        if not version.quote.number:
            version.quote.number = paper.number
            version.quote.search = f"{search_key(paper.number)}|{version.quote.search}"
    QuoteVersion.objects.bulk_update(going, ["state", "sent_at", "sent_by", "paper_id", "revision"])
    Quote.objects.bulk_update([version.quote for version in going], ["number", "search"])


def renew_links(version_ids: Collection[int], *, at: datetime) -> int:
    """New links for buyers; the old ones stop working. Returns how many."""
    return QuoteVersion.objects.filter(pk__in=list(version_ids), sent_at__lte=at).update(
        serial=F("serial") + 1, link_closed_at=None
    )


def close_links(version_ids: Collection[int], *, at: datetime) -> int:
    """Close the pages of versions: no link leads there until a new one is made. Returns how many."""
    return QuoteVersion.objects.filter(pk__in=list(version_ids), sent_at__lte=at).update(link_closed_at=at)
