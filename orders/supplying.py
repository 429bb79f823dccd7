"""How what is not on the shelf is got: by purchase, straight from the supplier, or made. Branches, states and days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.business_days import is_bank_day
from core.errors import Refused
from core.wording import Sentence, _

STOCK, MADE_TO_ORDER, DROP_SHIP = "stock", "made_to_order", "drop_ship"

BRANCHES: Mapping[str, str] = {
    STOCK: _("在庫品"),
    MADE_TO_ORDER: _("受注生産"),
    DROP_SHIP: _("直送"),
}
"""How a line is got, by the code on the line."""

PURCHASE, DIRECT, PRODUCTION = "purchase", "direct", "production"

KINDS: Mapping[str, str] = {
    PURCHASE: _("入荷の発注"),
    DIRECT: _("直送の発注"),
    PRODUCTION: _("製造の指図"),
}
"""What is asked of whom: goods to the warehouse, goods to the buyer, goods that have to be made."""

KIND_OF: Mapping[str, str] = {STOCK: PURCHASE, MADE_TO_ORDER: PRODUCTION, DROP_SHIP: DIRECT}
"""The kind that gets the lines of a branch."""

DRAFT, SENT, CONFIRMED, PARTIAL, DONE, CANCELLED = "draft", "sent", "confirmed", "partial", "done", "cancelled"
DECLINED = "declined"

STATES: Mapping[str, tuple[str, str]] = {
    DRAFT: (_("下書き"), "waiting"),
    SENT: (_("回答待ち"), "attention"),
    CONFIRMED: (_("納期回答済み"), "moving"),
    DECLINED: (_("納品できないとの回答"), "trouble"),
    PARTIAL: (_("一部済み"), "moving"),
    DONE: (_("完了"), "done"),
    CANCELLED: (_("取消"), "waiting"),
}
"""Where an order to a supplier stands: its name, and its tone as in docs/components.md."""

OPEN = (DRAFT, SENT, CONFIRMED, DECLINED, PARTIAL)
"""The states in which something is still to come."""

OUT = (SENT, CONFIRMED, DECLINED, PARTIAL)
"""Those of them in which the supplier knows of it."""

OVERDUE: Mapping[str, str] = {
    "answer": _("回答の期限を過ぎています"),
    "delivery": _("納期を過ぎています"),
    "declined": _("納品できないとの回答がありました"),
}
"""Why somebody has to speak with the supplier."""

OPERATOR, CLIENT = "operator", "client"
CHASERS: Mapping[str, str] = {OPERATOR: _("委託先"), CLIENT: _("委託元")}
"""Who asks the supplier again."""

STATE_SQL = f"""
    CASE WHEN t.arrived + t.cancelled >= t.quantity AND t.arrived = 0 THEN '{CANCELLED}'
         WHEN t.arrived + t.cancelled >= t.quantity THEN '{DONE}'
         WHEN s.declined_at IS NOT NULL THEN '{DECLINED}'
         WHEN t.arrived > 0 THEN '{PARTIAL}'
         WHEN s.confirmed_at IS NOT NULL THEN '{CONFIRMED}'
         WHEN s.sent_at IS NOT NULL THEN '{SENT}'
         ELSE '{DRAFT}' END
"""
"""The state over the facts: s, the order to the supplier, and t, the sums of its lines."""

OVERDUE_SQL = """
    CASE WHEN {s}.supplier_id IS NULL THEN ''
         WHEN {state} = 'declined' THEN 'declined'
         WHEN {state} = 'sent' AND {s}.answer_by < {today} THEN 'answer'
         WHEN {state} IN ('confirmed', 'partial') AND coalesce({s}.expected_on, {s}.asked_on) < {today} THEN 'delivery'
         ELSE '' END
"""
"""Which of OVERDUE holds on a day, "" for none."""


@dataclass(frozen=True)
class Step:
    """Something done with an order to a supplier. states: in which it may be done. sentence: the refusal in others."""

    states: Collection[str]
    sentence: str

    def refusal(self, state: str) -> Refused | None:
        """Why it cannot be done in this state, None where it can."""
        return None if state in self.states else Refused(Sentence(self.sentence), code=f"is_{state}")


STEPS: Mapping[str, Step] = {
    "send": Step((DRAFT,), _("送付済み、または終わった手配です。")),
    "confirm": Step(OUT, _("納期の回答は、送付してから、すべて届くまでの手配に記録できます。")),
    "decline": Step(OUT, _("納品できないとの回答は、送付してから、すべて届くまでの手配に記録できます。")),
    "dispatch": Step(OUT, _("出荷の連絡は、送付してから、すべて届くまでの手配に記録できます。")),
    "resend": Step(OUT, _("もう一度送れるのは、送付してから、すべて届くまでの手配です。")),
    "arrive": Step(OUT, _("到着や出荷は、送付してから、すべて届くまでの手配に記録できます。")),
    "cancel": Step(OPEN, _("すべて届いた、または取り消した手配です。")),
}
"""What is done with an order to a supplier, by its code."""

WAREHOUSE_DAYS = 2
"""Working days from what arrives at the warehouse, or is made there, to the buyer: one to send it, one on the road."""

LONGEST_LEAD = 250
"""Working days; about a year."""


def working_days_after(day: date, count: int) -> date:
    """The day that is so many working days after `day`; the first working day from `day` on for 0."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    for _nth in range(count):
        day += timedelta(days=1)
        while not is_bank_day(day):
            day += timedelta(days=1)
    return day


def matched(skus: Iterable[str], beginnings: Collection[str]) -> dict[str, str]:
    """For each SKU the longest of the beginnings that it starts with; SKUs that none fits are left out."""
    lengths = sorted({len(one) for one in beginnings}, reverse=True)
    known = frozenset(beginnings)
    found = {sku: next((sku[:n] for n in lengths if len(sku) >= n and sku[:n] in known), None) for sku in set(skus)}
    return {sku: beginning for sku, beginning in found.items() if beginning}
