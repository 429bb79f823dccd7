"""What happened to an order, in sentences, from the client's record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from core import events
from core.models import Event
from core.wording import Sentence, _
from orders.conversation import INTERNAL_EVENTS
from orders.exceptions import CHANGES, CHOICES, KINDS
from orders.intake.differing import COMPARED, TAKEN
from orders.models import Contract
from orders.reasons import HOLD_REASONS, PARTIES, VERIFICATION_REASONS
from orders.ruling.actions import ACTIONS
from orders.tracking import CARRIERS

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. detail: what was said or asked, "" for nothing. tone: as in docs/components.md.

    notice_id: the mail that it speaks of, 0 for none.
    """

    at: datetime
    text: Sentence
    who: str
    detail: str = ""
    tone: Literal["waiting", "moving", "attention", "trouble", "done"] = "moving"
    event_id: int = 0
    notice_id: int = 0


def _plain(template: str, *names: str) -> Callable[[Data], Sentence]:
    return lambda data: Sentence(template, **{name: data.get(name) or "" for name in names})


def _reason(template: str) -> Callable[[Data], Sentence]:
    def say(data: Data) -> Sentence:
        code = str(data.get("reason", ""))
        return Sentence(template, reason=Sentence(VERIFICATION_REASONS.get(code, code)))

    return say


def _held(data: Data) -> Sentence:
    code, party = str(data.get("reason", "")), str(data.get("party", ""))
    reason = HOLD_REASONS[code].staff if code in HOLD_REASONS else code
    template = _("保留にしました（%(reason)s・対応: %(party)s）")
    return Sentence(template, reason=Sentence(reason), party=Sentence(PARTIES.get(party, party)))


def _shipped(data: Data) -> Sentence:
    code = str(data.get("carrier") or "")
    carrier = CARRIERS[code].name if code in CARRIERS else code
    numbers = "、".join(map(str, data.get("tracking_numbers") or ()))
    return Sentence(_("出荷しました（%(carrier)s %(numbers)s）"), carrier=Sentence(carrier), numbers=numbers)


def _ruled(template: str) -> Callable[[Data], Sentence]:
    return lambda data: Sentence(template, rule=data.get("rule") or "", version=data.get("version") or "")


def _actions(data: Data) -> str:
    """What rules did to the order, an action a line."""
    codes = data.get("actions") or ()
    return "\n".join(str(Sentence(ACTIONS[code].label)) for code in codes if code in ACTIONS)


def _cancel_answered(data: Data) -> Sentence:
    accepted = _("キャンセルの依頼をお受けしました")
    return Sentence(accepted if data.get("accepted") else _("キャンセルの依頼をお断りしました"))


def _mail(template: str) -> Callable[[Data], Sentence]:
    """What was mailed, by its marked label, and to whom: a person by name, the buyer as such."""

    def say(data: Data) -> Sentence:
        to = str(data.get("to") or "") or Sentence(PARTIES["buyer"])
        return Sentence(template, label=Sentence(str(data.get("label", ""))), to=to)

    return say


def _exception(template: str) -> Callable[[Data], Sentence]:
    def say(data: Data) -> Sentence:
        kind, decider = str(data.get("kind", "")), str(data.get("decider", ""))
        label = KINDS[kind].label if kind in KINDS else kind
        return Sentence(template, kind=Sentence(label), decider=Sentence(PARTIES.get(decider, decider)))

    return say


def _decided(data: Data) -> Sentence:
    kind, choice = str(data.get("kind", "")), str(data.get("choice", ""))
    return Sentence(
        _("例外への対応を決めました（%(kind)s: %(choice)s）"),
        kind=Sentence(KINDS[kind].label if kind in KINDS else kind),
        choice=Sentence(CHOICES[choice].label if choice in CHOICES else choice),
    )


def _change(template: str) -> Callable[[Data], Sentence]:
    def say(data: Data) -> Sentence:
        kind = str(data.get("kind", ""))
        return Sentence(template, kind=Sentence(CHANGES[kind].label if kind in CHANGES else kind))

    return say


def _change_answered(data: Data) -> Sentence:
    accepted, declined = _("変更の依頼をお受けしました（%(kind)s）"), _("変更の依頼をお断りしました（%(kind)s）")
    return _change(accepted if data.get("accepted") else declined)(data)


def _changed(data: Data) -> Sentence:
    """What was changed, and to what where the event says so."""
    on, postcode = str(data.get("on") or ""), str(data.get("postcode") or "")
    if on:
        return Sentence(_("お届け日を変更しました（%(on)s）"), on=on)
    if postcode:
        template = _("お届け先を変更しました（〒%(postcode)s %(prefecture)s）")
        return Sentence(template, postcode=postcode, prefecture=data.get("prefecture") or "")
    what = str(data.get("what", ""))
    label = TAKEN[what].label if what in TAKEN else COMPARED.get(what, what)
    return Sentence(_("%(what)sを変更しました"), what=Sentence(label))


def _promised(data: Data) -> Sentence:
    """The day on which the buyer gets it, for the first time or instead of another."""
    template = _("お届け予定日を変更しました（%(on)s）") if data.get("was") else _("お届け予定日を決めました（%(on)s）")
    return Sentence(template, on=data.get("promised_date") or "")


def _supplied(template: str) -> Callable[[Data], Sentence]:
    """By whom, the client itself where there is no supplier, and by which day."""

    def say(data: Data) -> Sentence:
        supplier = str(data.get("supplier") or "") or Sentence(_("自社"))
        return Sentence(template, supplier=supplier, on=data.get("expected_on") or "")

    return say


_SAY: Mapping[str, tuple[Callable[[Data], Sentence], str]] = {
    "order.received": (_plain(_("受注を取り込みました")), "moving"),
    "order.verification_opened": (_reason(_("確認が必要です（%(reason)s）")), "attention"),
    "order.verification_answered": (_reason(_("確認に回答しました（%(reason)s）")), "moving"),
    "order.verified": (_plain(_("確認が完了しました")), "moving"),
    "order.held": (_held, "attention"),
    "order.hold_answered": (_plain(_("確認事項に回答がありました")), "moving"),
    "order.hold_released": (_plain(_("保留を解除しました")), "moving"),
    "order.ruled": (_ruled(_("規則「%(rule)s」第%(version)s版を適用しました")), "moving"),
    "order.ruled_again": (_ruled(_("規則「%(rule)s」第%(version)s版をもう一度適用しました")), "moving"),
    "order.scheduled": (_plain(_("出荷日を決めました（%(ship_on)s）"), "ship_on"), "moving"),
    "order.paid": (_plain(_("入金を確認しました")), "moving"),
    "order.changed": (_changed, "moving"),
    "order.cancel_requested": (_plain(_("キャンセルの依頼がありました")), "attention"),
    "order.cancel_request_answered": (_cancel_answered, "attention"),
    "order.cancelled": (_plain(_("キャンセルしました")), "trouble"),
    "order.exception_opened": (_exception(_("例外を登録しました（%(kind)s・判断: %(decider)s）")), "attention"),
    "order.exception_decided": (_decided, "moving"),
    "order.exception_withdrawn": (_exception(_("例外を取り下げました（%(kind)s）")), "moving"),
    "order.exception_reopened": (_exception(_("例外をもう一度対応します（%(kind)s）")), "attention"),
    "order.exception_reminded": (
        _exception(_("判断の期限を過ぎたため、もう一度お知らせしました（%(kind)s）")),
        "attention",
    ),
    "order.exception_escalated": (
        _exception(_("判断の期限を過ぎたため、委託先が判断します（%(kind)s）")),
        "trouble",
    ),
    "order.change_requested": (_change(_("変更の依頼がありました（%(kind)s）")), "attention"),
    "order.change_answered": (_change_answered, "moving"),
    "order.change_expired": (_change(_("変更の依頼は回答のないまま期限が切れました（%(kind)s）")), "attention"),
    "order.allocated": (_plain(_("入荷した商品を引き当てました（%(units)s点）"), "units"), "moving"),
    "order.backordered": (_plain(_("入荷を待つ商品を分けました（%(units)s点）"), "units"), "attention"),
    "order.reduced": (_plain(_("商品を取り消しました（%(units)s点）"), "units"), "attention"),
    "order.substituted": (_plain(_("代わりの商品に替えました（%(item)s %(units)s点）"), "item", "units"), "attention"),
    "order.supply_needed": (_plain(_("手配が必要な商品があります（%(units)s点）"), "units"), "attention"),
    "order.supply_placed": (_plain(_("商品を手配しました（%(units)s点）"), "units"), "moving"),
    "order.supply_sent": (_supplied(_("発注しました（%(supplier)s）")), "moving"),
    "order.supply_confirmed": (_supplied(_("納期の回答がありました（%(supplier)s・%(on)s）")), "moving"),
    "order.supply_declined": (_supplied(_("仕入先から納品できないとの回答がありました（%(supplier)s）")), "trouble"),
    "order.supply_dispatched": (_supplied(_("仕入先が出荷しました（%(supplier)s）")), "moving"),
    "order.supply_cancelled": (_plain(_("手配を取り消しました（%(units)s点）"), "units"), "attention"),
    "order.supply_reduced": (_plain(_("不要になった手配を減らしました（%(units)s点）"), "units"), "attention"),
    "order.promise_moved": (_promised, "moving"),
    "order.written_off": (_plain(_("商品を除却しました（%(units)s点）"), "units"), "trouble"),
    "order.prepayment_asked": (_plain(_("前払いに切り替えました")), "attention"),
    "order.shipping_reopened": (_plain(_("再出荷することにしました")), "attention"),
    "order.return_requested": (_plain(_("返品を受け付けました（%(units)s点）"), "units"), "attention"),
    "order.return_received": (_plain(_("返品の商品を受け取りました（%(units)s点）"), "units"), "moving"),
    "order.return_inspected": (
        _plain(_("返品を検品しました（%(units)s点のうち良品%(accepted)s点）"), "units", "accepted"),
        "done",
    ),
    "shipment.reduced": (_plain(_("出荷の内容を減らしました（残り%(units)s点）"), "units"), "attention"),
    "shipment.lost": (_plain(_("荷物が届かなかったことを記録しました")), "trouble"),
    "shipment.returned": (_plain(_("荷物を倉庫へ返送することにしました")), "attention"),
    "shipment.released": (_plain(_("出荷指示をしました（%(units)s点）"), "units"), "moving"),
    "shipment.picked": (_plain(_("ピッキングしました（%(units)s点）"), "units"), "moving"),
    "shipment.packed": (_plain(_("梱包しました（%(size)sサイズ）"), "size"), "moving"),
    "shipment.shipped": (_shipped, "moving"),
    "shipment.delivered": (_plain(_("お届けが完了しました")), "done"),
    "shipment.cancelled": (_plain(_("出荷を取りやめました")), "trouble"),
    "order.shipped": (_plain(_("すべて出荷しました（%(parts)s回）"), "parts"), "done"),
    "order.completed": (_plain(_("完了しました")), "done"),
    "sla.warned": (_plain(_("約束の期限が近づいています")), "attention"),
    "sla.missed": (_plain(_("約束の期限を過ぎました")), "trouble"),
    "notice.sent": (_mail(_("メールを送りました（%(label)s・%(to)s）")), "moving"),
    "notice.bounced": (_mail(_("メールが届きませんでした（%(label)s・%(to)s）")), "trouble"),
    "thread.asked": (_plain(_("やりとりで質問がありました")), "attention"),
    "thread.answered": (_plain(_("やりとりに返信しました")), "moving"),
    "thread.closed": (_plain(_("返信は不要として質問を閉じました")), "moving"),
    "thread.question_withdrawn": (_plain(_("質問が取り下げられました")), "moving"),
    "thread.reopened": (_plain(_("返信が取り消され、質問が再び返信待ちになりました")), "attention"),
    "document.assigned": (_plain(_("書類を受注に結び付けました（%(title)s）"), "title"), "moving"),
    "document.filed": (_plain(_("書類を保管しました（%(title)s）"), "title"), "moving"),
    "quote.sent": (_plain(_("見積 %(number)s 第%(version)s版を送りました"), "number", "version"), "moving"),
    "quote.asked": (_plain(_("見積に質問がありました")), "attention"),
    "quote.answered": (_plain(_("見積の質問に回答しました")), "moving"),
    "quote.accepted": (_plain(_("見積が承諾されました（%(by)s）"), "by"), "done"),
    "quote.declined": (_plain(_("見積が辞退されました")), "waiting"),
    "quote.withdrawn": (_plain(_("見積を取り下げました")), "waiting"),
    "quote.expired": (_plain(_("見積の有効期限が過ぎました")), "waiting"),
    "quote.signed": (_plain(_("契約を締結しました")), "done"),
    "quote.ordered": (_plain(_("契約から受注を作成しました")), "moving"),
    "quote.contract_ending": (_plain(_("契約の終了が近づいています（%(ends_on)s）"), "ends_on"), "attention"),
    "quote.contract_ended": (_plain(_("契約を終了しました")), "waiting"),
}
_DETAILS = ("question", "answer", "release_reason", "text")
_UNSAID = INTERNAL_EVENTS | {
    *("quote.drafted", "sla.due_moved"),
    *("thread.written", "thread.edited", "thread.withdrawn", "thread.settled"),
}


def of_order(order_id: int) -> list[Entry]:
    """Everything that happened to the order and to the quote that it came from, newest first. Two queries or three."""
    told = events.of_order(order_id)
    quote_id = Contract.objects.filter(order=order_id).values_list("version__quote_id", flat=True).first()
    if quote_id is not None:
        told = sorted([*told, *events.of_subject("quote", quote_id)], key=lambda event: (event.at, event.pk))
    return [entry_of(event) for event in reversed(told) if event.name not in _UNSAID]


def entry_of(event: Event) -> Entry:
    """The event in words."""
    say, tone = _SAY.get(event.name, (_plain(event.name), "waiting"))
    return Entry(
        at=event.at,
        text=say(event.data),
        who=event.actor_name,
        detail=next((str(event.data[name]) for name in _DETAILS if event.data.get(name)), _actions(event.data)),
        tone=tone,  # type: ignore[arg-type]
        event_id=event.pk,
        notice_id=int(event.data.get("notice_id") or 0),
    )
