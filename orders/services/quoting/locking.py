"""Versions, found, locked and sifted by what they allow."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.doings import because
from core.errors import Refused
from core.wording import Sentence, _
from orders.models import Quote, QuoteVersion
from orders.queries.quoting import with_lines
from orders.quoting import refusal

_DID: Mapping[str, str] = {
    QuoteVersion.ACCEPTED: _("%(who)sが %(when)s に承諾しました。"),
    QuoteVersion.DECLINED: _("%(who)sが %(when)s に辞退しました。"),
    QuoteVersion.EXPIRED: _("%(who)sが %(when)s に期限切れにしました。"),
    QuoteVersion.WITHDRAWN: _("%(who)sが %(when)s に取り下げました。"),
    QuoteVersion.SUPERSEDED: _("%(who)sが %(when)s に新しい版を送りました。"),
}
"""What was done to a version that stands so."""


def lock_quotes(quote_ids: Collection[int]) -> None:
    """Two who act on one quote wait for each other, whichever of its versions they mean."""
    list(Quote.objects.select_for_update().filter(pk__in=list(quote_ids)).order_by("pk").values_list("pk"))


def current(quote_ids: Collection[int]) -> dict[int, QuoteVersion]:
    """By quote, the version that stands for it, with its lines, locked."""
    lock_quotes(quote_ids)
    found = with_lines(QuoteVersion.objects.filter(quote__in=list(quote_ids), is_current=True))
    return {version.quote_id: version for version in found.order_by("quote_id")}


def sifted(move: str, quote_ids: Collection[int]) -> tuple[list[QuoteVersion], dict[int, Refused]]:
    """The current versions of these quotes that the move may start from, and why the other quotes cannot."""
    found = current(quote_ids)
    refused = {key: not_found() for key in quote_ids if key not in found}
    refused |= {key: why for key, version in found.items() if (why := _refusal(move, version)) is not None}
    return [version for key, version in found.items() if key not in refused], refused


def one(version_id: int, move: str) -> QuoteVersion:
    """This very version, locked with its quote; Refused where the move cannot start from its state."""
    quote = QuoteVersion.objects.filter(pk=version_id).values_list("quote_id", flat=True).first()
    if quote is None:
        raise not_found()
    lock_quotes([quote])
    version = with_lines(QuoteVersion.objects.filter(pk=version_id)).get()
    why = _refusal(move, version)
    if why is not None:
        raise why
    return version


def _refusal(move: str, version: QuoteVersion) -> Refused | None:
    """Why the move cannot start from the version's state, with who brought it there."""
    why = refusal(move, version.state)
    if why is None:
        return None
    if version.decided_at is None:
        return because(why, _("%(who)sが %(when)s に送りました。"), who=version.sent_by, at=version.sent_at)
    return because(why, _DID[version.state], who=version.decided_by, at=version.decided_at)


def not_found() -> Refused:
    """There is no such quote."""
    return Refused(Sentence(_("この見積はありません。")), code="not_found")
