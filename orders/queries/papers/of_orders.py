"""受注伝票, 注文請書 and 領収書: the papers of a whole order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db.models import Prefetch

from core.errors import Refused
from core.honorifics import addressed, honorific
from core.periods import TOKYO, local_day
from core.wording import Sentence, _
from documents.models import Letterhead
from documents.papers import Draft
from orders.models import Line, Order, Verification
from orders.queries.papers import wording
from orders.queries.papers.wording import day
from orders.reasons import VERIFICATION_REASONS

Drafts = tuple[list[Draft], dict[int, Refused]]
_CANCELLED = _("キャンセルされた受注です。")


def slips(order_ids: Sequence[int], _letterhead: Letterhead) -> Drafts:
    """受注伝票, in the order of the ids; cancelled orders have none."""
    return _drafts(order_ids, _slip, lambda order: _CANCELLED if _is_cancelled(order) else "")


def acknowledgements(order_ids: Sequence[int], _letterhead: Letterhead) -> Drafts:
    """注文請書, in the order of the ids; cancelled orders have none."""
    return _drafts(order_ids, _acknowledgement, lambda order: _CANCELLED if _is_cancelled(order) else "")


def receipts(order_ids: Sequence[int], letterhead: Letterhead) -> Drafts:
    """領収書, in the order of the ids, for what was paid and is left of the order."""
    return _drafts(order_ids, lambda order: _receipt(order, letterhead), _why_no_receipt)


def _drafts(order_ids: Sequence[int], say: Callable[[Order], dict[str, Any]], refuse: Callable[[Order], str]) -> Drafts:
    """A draft for each order that can have one, and why the others have none. A constant number of queries."""
    orders = {order.pk: order for order in _loaded(order_ids)}
    reasons = {order.pk: reason for order in orders.values() if (reason := refuse(order))}
    refused = {key: Refused(Sentence(reason), code="no_paper") for key, reason in reasons.items()}
    drafts = [_draft(orders[key], say(orders[key])) for key in order_ids if key in orders and key not in refused]
    return drafts, refused


def _loaded(order_ids: Sequence[int]) -> Iterator[Order]:
    open_checks = Verification.objects.filter(answered_at=None).order_by("id")
    found = Order.objects.filter(pk__in=list(order_ids)).select_related("channel")
    lines = Prefetch("lines", Line.objects.order_by("position"))
    return iter(found.prefetch_related(lines, Prefetch("verifications", open_checks)))


def _draft(order: Order, data: dict[str, Any]) -> Draft:
    return Draft(
        subject_kind="order",
        subject_id=order.pk,
        order_id=order.pk,
        number=order.number,
        data=data,
        transaction_date=local_day(order.ordered_at),
        counterparty=order.buyer_name,
        amount=wording.total_of(order),
    )


def _is_cancelled(order: Order) -> bool:
    return not wording.left(order)


def _why_no_receipt(order: Order) -> str:
    if _is_cancelled(order):
        return _CANCELLED
    if order.payment != Order.PAID:
        return _("入金が確認できていないため、領収書を発行できません。入金を確認してから発行してください。")
    return "" if wording.total_of(order) > 0 else _("お支払いのない受注です。")


def _goods(order: Order) -> dict[str, Any]:
    return {
        "items": [wording.item(line, quantity, priced=True) for line, quantity in wording.left(order)],
        "sums": wording.sums(order),
        "breakdown": wording.breakdown(order),
        "total": int(wording.total_of(order)),
    }


def _slip(order: Order) -> dict[str, Any]:
    checks = [str(VERIFICATION_REASONS.get(one.reason, one.reason)) for one in order.verifications.all()]
    return {
        **_goods(order),
        "buyer": wording.buyer(order),
        "recipient": wording.recipient(order),
        "facts": wording.facts(
            (
                ("販売チャネル", order.channel.name),
                ("受注日時", f"{day(order.ordered_at)} {_clock(order)}"),
                ("支払方法", order.payment_method),
                ("配送方法", order.delivery_method),
                ("お届け希望", wording.wish(order)),
                ("出荷予定日", day(order.ship_on) if order.ship_on else ""),
                ("ギフト", gift(order)),
            )
        ),
        "pieces": sum(quantity for _line, quantity in wording.left(order)),
        "open_checks": checks,
        "note": order.note,
        "staff_note": order.staff_note,
    }


def _clock(order: Order) -> str:
    return f"{order.ordered_at.astimezone(TOKYO):%-H:%M}"


def gift(order: Order) -> str:
    """What is wished for a gift, "" where it is none."""
    said = (("のし", order.noshi), ("包装", order.wrapping))
    words = "　".join(f"{label}: {text}" for label, text in said if text)
    return (words or "ギフト") if order.is_gift else ""


def _acknowledgement(order: Order) -> dict[str, Any]:
    return {
        **_goods(order),
        "recipient": wording.buyer(order),
        "facts": wording.facts(
            (
                ("ご注文番号", order.number),
                ("ご注文日", day(order.ordered_at)),
                ("納期", day(due) if (due := order.promised_date or order.wished_date) else ""),
                ("納入場所", f"{order.ship_address}　{addressed(order.ship_name)}"),
                ("お支払方法", order.payment_method),
            )
        ),
    }


def _receipt(order: Order, letterhead: Letterhead) -> dict[str, Any]:
    goods = _goods(order)
    goods.pop("sums")
    return {
        **goods,
        "recipient": {"name": order.buyer_name, "honorific": honorific(order.buyer_name)},
        "purpose": letterhead.receipt_for or "お品代として",
        "paid_on": local_day(order.ordered_at),
        "payment": order.payment_method,
        "by_card": wording.CARD in order.payment_method,
        "facts": wording.facts(
            (
                ("お取引日", day(order.ordered_at)),
                ("ご注文番号", order.number),
                ("お支払方法", order.payment_method),
            )
        ),
        "footer": letterhead.footer,
    }
