"""A quote in the buyer's words: where it stands, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.wording import _


@dataclass(frozen=True)
class Said:
    """A state as somebody outside reads it: in a word or two, and what that means for them."""

    headline: str
    words: str
    tone: str


STATES: Mapping[str, Said] = {
    "sent": Said(_("お見積り"), _("内容をご確認ください。このページでご承諾いただけます。"), "moving"),
    "accepted": Said(_("ご承諾いただきました"), _("ご承諾を受け付けています。ありがとうございました。"), "done"),
    "declined": Said(
        _("ご辞退を承りました"), _("このお見積りは辞退されています。必要なときはお問い合わせください。"), "waiting"
    ),
    "expired": Said(
        _("有効期限が過ぎました"),
        _("このお見積りはもう承諾できません。新しいお見積りが必要なときはお問い合わせください。"),
        "attention",
    ),
    "withdrawn": Said(
        _("お見積りは取り下げられました"),
        _("このお見積りは承諾できません。くわしくはお問い合わせください。"),
        "attention",
    ),
    "superseded": Said(
        _("新しいお見積りがあります"),
        _("このお見積りは改訂されました。いちばん新しいお知らせのリンクを開いてください。"),
        "attention",
    ),
}
"""Of a version (orders.quoting.QUOTES), but for drafts, which no buyer sees."""


def said(state: str, *, is_over: bool) -> Said:
    """The state in the buyer's words. is_over: its last day has passed, whether that was noted yet or not."""
    return STATES["expired" if state == "sent" and is_over else state]
