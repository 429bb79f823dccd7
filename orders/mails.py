"""The mails that the buyer of an order may get, by what they tell, and which of them an order keeps back."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.wording import _

MAILS: Mapping[str, str] = {
    "received": _("受付"),
    "question": _("確認事項"),
    "shipped": _("出荷"),
    "partial": _("分納"),
    "delayed": _("遅延"),
    "cancelled": _("キャンセル"),
    "rescheduled": _("納期変更"),
    "promise_moved": _("お届け予定日の変更"),
    "decision": _("対応の決定"),
    "decision_reminder": _("対応の決定の催促"),
    "delivered": _("お届け"),
    "followup": _("フォロー"),
}
"""Code to name. Integrations writes them."""

ALL_MAILS = "all"
"""Stands in Order.muted_mails for every mail, also those that do not exist yet."""

MUTABLE: Mapping[str, str] = {ALL_MAILS: _("すべてのメール"), **MAILS}
"""What may stand in Order.muted_mails."""


def is_muted(mail: str, muted: Collection[str]) -> bool:
    """Whether an order with these muted_mails keeps this mail back."""
    return mail in muted or ALL_MAILS in muted
