"""In what a file may differ from an order that is here already, and what of that a channel may have taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.wording import _


@dataclass(frozen=True)
class Taken:
    """Facts that are taken over together. columns: of an order, all of them written from the file."""

    label: str
    columns: tuple[str, ...]


TAKEN: Mapping[str, Taken] = {
    "address": Taken(
        _("届け先"),
        ("ship_name", "ship_kana", "ship_phone", "ship_postcode", "ship_prefecture", "ship_address", "search"),
    ),
    "dates": Taken(_("お届け希望日と時間帯"), ("wished_date", "wished_slot", "wished_slot_text")),
    "notes": Taken(_("備考・のし・メッセージ"), ("note", "message", "noshi", "wrapping")),
}
"""What a channel may be set to take over before an order is released; cancellations and payments always are."""

COMPARED: Mapping[str, str] = {
    "ship_name": _("届け先の名前"),
    "ship_phone": _("届け先の電話番号"),
    "ship_postcode": _("届け先の郵便番号"),
    "ship_address": _("届け先の住所"),
    "wished_date": _("お届け希望日"),
    "wished_slot": _("お届け希望時間帯"),
    "note": _("備考"),
    "message": _("メッセージ"),
    "noshi": _("のし"),
    "wrapping": _("ラッピング"),
    "buyer_name": _("注文者"),
    "total": _("合計金額"),
    "lines": _("明細"),
    "cancelled": _("キャンセル"),
    "paid": _("入金"),
}
"""What is compared, each with its name."""

SLOT_NAMES: Mapping[str, str] = {"none": _("指定なし"), "am": _("午前中"), "other": _("その他の指定")}
"""Names of the time slots that do not say their hours themselves."""

ALWAYS_TAKEN = ("cancelled", "paid")

SAME_SIGNS: Mapping[str, str] = {
    "\u2212": "\uff0d", "\u301c": "\uff5e", "\u2016": "\u2225", "\u2014": "\u2015",
    "\u00a2": "\uffe0", "\u00a3": "\uffe1", "\u00ac": "\uffe2", "\u00a6": "\uffe4",
}  # fmt: skip
"""Signs that a shop's system writes in UTF-8, each with what the same sign is once the file was saved as Shift_JIS.

Which of the two an address has depends on who saved the file, and is no difference (−, 〜, ‖, —, ¢, £, ¬, ¦).
"""


def group_of(field: str) -> str:
    """The key of TAKEN that a compared field belongs to; "" where it is none of them."""
    return next((key for key, taken in TAKEN.items() if field in taken.columns), "")
