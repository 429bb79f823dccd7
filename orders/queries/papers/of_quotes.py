"""見積書: what a version of a quote says on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.honorifics import addressed, honorific
from core.periods import local_day
from core.text import phone_label
from documents.papers import Draft
from documents.papers.common import Item, Party, Sum, TaxPart
from orders import taxes
from orders.models import Quote, QuoteVersion
from orders.queries import quoting
from orders.queries.papers import wording
from orders.quoting import Sums, Wanted, add_up, amount_of, changes

KIND = "buyer_quote"


def drafts(versions: Sequence[QuoteVersion], earlier: Mapping[int, QuoteVersion | None]) -> list[Draft]:
    """A draft for each version that is about to be sent, its sent_at set. earlier: by quote, what was seen last."""
    return [_draft(version, earlier.get(version.quote_id)) for version in versions]


def _draft(version: QuoteVersion, before: QuoteVersion | None) -> Draft:
    quote, lines = version.quote, quoting.wanted(version)
    sums = add_up(lines, postage=version.postage)
    assert version.sent_at is not None
    return Draft(
        subject_kind="quote",
        subject_id=quote.pk,
        data=_data(version, lines, sums, before),
        transaction_date=local_day(version.sent_at),
        counterparty=quote.buyer_company or quote.buyer_name,
        amount=sums.total,
    )


def _data(version: QuoteVersion, lines: Sequence[Wanted], sums: Sums, before: QuoteVersion | None) -> dict[str, Any]:
    quote = version.quote
    data: dict[str, Any] = {
        "recipient": recipient(quote),
        "again": "改訂",
        "subject": quote.subject,
        "valid_until": version.valid_until,
        "facts": wording.facts(
            (("納期", version.delivery_time), ("納入場所", place(quote)), ("支払条件", version.payment))
        ),
        "items": [_item(line) for line in lines],
        "sums": _sums(sums),
        "breakdown": [
            TaxPart(rate=part.rate, base=int(part.base), tax=int(part.tax), reduced=part.rate == taxes.REDUCED)
            for part in sums.parts
        ],
        "total": int(sums.total),
        "notes": "\n".join(filter(None, ("表示価格は税抜です。", version.notes))),
    }
    if before is not None:
        said = changes(quoting.wanted(before), lines, quoting.terms(before), quoting.terms(version))
        data["changes"] = [str(sentence) for sentence in said]
    return data


def recipient(quote: Quote) -> Party:
    """Who is offered: a company with the person in it, or a person."""
    phone = phone_label(quote.buyer_phone) if quote.buyer_phone.startswith("+") else quote.buyer_phone
    party = Party(
        name=quote.buyer_company or quote.buyer_name,
        honorific="御中" if quote.buyer_company else honorific(quote.buyer_name),
        postcode=quote.buyer_postcode,
        address=quote.buyer_address,
        phone=phone,
    )
    if quote.buyer_company and quote.buyer_name not in ("", quote.buyer_company):
        party["person"] = addressed(quote.buyer_name)
    return party


def place(quote: Quote) -> str:
    """Where it is delivered, in words."""
    address, name = quote.ship_address or quote.buyer_address, quote.ship_name
    return f"{address}　{name}" if name else address


def _item(line: Wanted) -> Item:
    return Item(
        name=line.name,
        quantity=line.quantity,
        sku=line.sku,
        unit=line.unit,
        unit_price=wording.number(line.unit_price),
        amount=wording.number(amount_of(line)),
        rate=line.tax_rate,
        reduced=line.tax_rate == taxes.REDUCED,
        note=f"値引 ¥{line.discount:,.0f}" if line.discount else "",
    )


def _sums(sums: Sums) -> list[Sum]:
    parts = (("商品計", sums.goods), ("値引", -sums.discount), ("送料", sums.postage), ("消費税", sums.tax))
    return [Sum(label=label, amount=int(amount)) for label, amount in parts if amount]
