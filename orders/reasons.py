"""Why an order is checked before release, and why it stands still: the lists, in the words of both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.wording import _

VERIFICATION_REASONS: Mapping[str, str] = {
    "content": _("内容"),
    "address": _("住所"),
    "stock": _("在庫"),
    "credit": _("与信"),
    "duplicate": _("重複"),
    "delivery": _("納期"),
    "second_look": _("二重確認"),
}
"""What has to be looked at before release. second_look: by another person than who entered the order."""

SECOND_LOOK = "second_look"

PARTIES: Mapping[str, str] = {
    "client": _("委託元"),
    "buyer": _("購入者"),
    "operator": _("委託先"),
    "carrier": _("運送会社"),
    "supplier": _("仕入先"),
}
"""Who has to act."""


@dataclass(frozen=True)
class HoldReason:
    """staff, client: its name for either side. party: who usually has to act. ends_itself: over when its end comes."""

    staff: str
    client: str
    party: str
    ends_itself: bool = False


HOLD_REASONS: Mapping[str, HoldReason] = {
    "question": HoldReason(_("委託元への確認"), _("ご確認待ち"), "client"),
    "address": HoldReason(_("住所の確認"), _("住所の確認中"), "client"),
    "content": HoldReason(_("内容の確認"), _("内容の確認中"), "client"),
    "payment": HoldReason(_("入金の確認"), _("入金の確認中"), "buyer"),
    "buyer": HoldReason(_("購入者への確認"), _("購入者へ確認中"), "buyer"),
    "stock": HoldReason(_("在庫の確認"), _("在庫の確認中"), "operator"),
    "date": HoldReason(_("日付指定の保留"), _("ご指定の日まで保留"), "client", ends_itself=True),
    "other": HoldReason(_("その他"), _("確認中"), "operator"),
}
