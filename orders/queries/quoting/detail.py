"""One quote with its versions, and one contract: what their pages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.wording import Sentence, _
from documents.models import Document
from orders import ports
from orders.models import Contract, Order, Quote, QuoteQuestion, QuoteVersion
from orders.queries.quoting import links, terms, wanted, with_lines
from orders.queries.quoting.past import Whom, of_buyer
from orders.quoting import CONTRACTS, MOVES, QUOTES, Difference, Past, Sums, Wanted, add_up, against_past, amount_of
from orders.quoting.comparing import Pair, between, changes

KINDS = {
    Contract.ELECTRONIC: _("電子（承諾ページ）"),
    Contract.PAPER: _("紙の契約書"),
    Contract.PURCHASE_ORDER: _("発注書"),
}


@dataclass(frozen=True)
class LineRow:
    """A line with its amount (yen without tax), beside what this buyer paid last."""

    line: Wanted
    amount: Decimal
    past: Difference


@dataclass(frozen=True)
class VersionRow:
    """A version with its state in words; address: of the buyer's page, "" for none."""

    version: QuoteVersion
    state: Sentence
    tone: str
    address: str


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side."""

    before: QuoteVersion
    after: QuoteVersion
    pairs: Sequence[Pair]
    changes: Sequence[Sentence]


@dataclass(frozen=True)
class Detail:
    """A quote as its page shows it: the version that is looked at, and what goes with it.

    moves: codes of orders.quoting.MOVES that the version allows. other: the version that waits for the buyer while
    this one is still being written.
    """

    quote: Quote
    shown: VersionRow
    lines: Sequence[LineRow]
    sums: Sums
    past: Past
    versions: Sequence[VersionRow]
    comparison: Comparison | None
    questions: Sequence[QuoteQuestion]
    contract: Contract | None
    paper: Document | None
    moves: frozenset[str]
    is_over: bool


def of_quote(quote_id: int, *, at: datetime, number: int | None = None) -> Detail | None:
    """A quote with its version `number`, or the current one; None where there is none. A constant number of queries."""
    versions = list(with_lines(QuoteVersion.objects.filter(quote=quote_id).order_by("version")))
    version = next((one for one in versions if one.version == number or (number is None and one.is_current)), None)
    if version is None:
        return None
    lines, past = wanted(version), of_buyer(whom(version.quote), without=quote_id)
    differences = against_past(lines, past)
    earlier = next((one for one in reversed(versions) if one.version < version.version), None)
    contract = Contract.objects.filter(version__quote=quote_id).select_related("order").first()
    allowed = frozenset(code for code, move in MOVES.items() if version.state in move.sources)
    return Detail(
        quote=version.quote,
        shown=_row(version),
        lines=[LineRow(one.line, amount_of(one.line), one) for one in differences],
        sums=add_up(lines, postage=version.postage),
        past=past,
        versions=[_row(one) for one in reversed(versions)],
        comparison=_compared(earlier, version) if earlier else None,
        questions=list(QuoteQuestion.objects.filter(version__quote=quote_id).order_by("-id")),
        contract=contract,
        paper=Document.objects.filter(pk=version.paper_id or 0).first(),
        moves=allowed if version.is_current else allowed & {"accept", "decline"},
        is_over=version.valid_until < ports.today(at),
    )


def of_version(version_id: int, *, at: datetime) -> Detail:
    """A version that was sent, as its buyer sees it."""
    quote, number = QuoteVersion.objects.values_list("quote_id", "version").get(pk=version_id)
    found = of_quote(quote, at=at, number=number)
    assert found is not None
    return found


def paper_of(version_id: int) -> Document | None:
    """The document of a version."""
    paper = QuoteVersion.objects.values_list("paper_id", flat=True).get(pk=version_id)
    return Document.objects.filter(pk=paper or 0).first()


def whom(quote: Quote) -> Whom:
    """By what the buyer of a quote is known."""
    company = quote.name_key if quote.buyer_company else ""
    return Whom(company, quote.email_key, quote.buyer_phone)


def _row(version: QuoteVersion) -> VersionRow:
    state = QUOTES[version.state]
    return VersionRow(version, Sentence(state.label), state.tone, links.address_of(version))


def _compared(before: QuoteVersion, after: QuoteVersion) -> Comparison:
    old, new = wanted(before), wanted(after)
    return Comparison(before, after, between(old, new), changes(old, new, terms(before), terms(after)))


@dataclass(frozen=True)
class ContractDetail:
    """A contract as its page shows it."""

    contract: Contract
    version: QuoteVersion
    state: Sentence
    tone: str
    kind: Sentence
    lines: Sequence[LineRow]
    sums: Sums
    document: Document | None
    paper: Document | None
    today: date

    @property
    def quote(self) -> Quote:
        """What was accepted."""
        return self.version.quote

    @property
    def order(self) -> Order | None:
        """What it became."""
        return self.contract.order


def of_contract(contract_id: int, *, at: datetime) -> ContractDetail | None:
    """A contract; None where there is none. A constant number of queries."""
    contract = Contract.objects.filter(pk=contract_id).select_related("order").first()
    if contract is None:
        return None
    version = with_lines(QuoteVersion.objects.filter(pk=contract.version_id)).get()
    kept = Document.objects.in_bulk([pk for pk in (contract.document_id, version.paper_id) if pk])
    lines, state = wanted(version), CONTRACTS[contract.state]
    return ContractDetail(
        contract=contract,
        version=version,
        state=Sentence(state.label),
        tone=state.tone,
        kind=Sentence(KINDS[contract.kind]),
        lines=[LineRow(one.line, amount_of(one.line), one) for one in against_past(lines, Past())],
        sums=add_up(lines, postage=version.postage),
        document=kept.get(contract.document_id or 0),
        paper=kept.get(version.paper_id or 0),
        today=ports.today(at),
    )


def of_order(order_id: int) -> Contract | None:
    """The contract that an order was made from, with its version and quote."""
    return Contract.objects.filter(order=order_id).select_related("version__quote").first()
