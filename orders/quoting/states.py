"""The states of inquiries, quotes and contracts, and the moves between them: the whole graph, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from core.errors import Refused
from core.wording import Sentence, _

Tone = Literal["waiting", "moving", "attention", "trouble", "done"]


@dataclass(frozen=True)
class State:
    """A state: its name (marked text), its tone, and why what needs another state cannot be done in it."""

    code: str
    label: str
    tone: Tone
    why_not: str


@dataclass(frozen=True)
class Move:
    """From which states a move starts and to which it leads."""

    code: str
    sources: tuple[str, ...]
    target: str


def _table(*states: State) -> Mapping[str, State]:
    return {state.code: state for state in states}


INQUIRIES = _table(
    State("open", _("未回答"), "attention", _("まだ回答していない問い合わせです。")),
    State("answered", _("見積済み"), "moving", _("すでに見積を出した問い合わせです。")),
    State("closed", _("終了"), "waiting", _("終了した問い合わせです。")),
)

QUOTES = _table(
    State("draft", _("下書き"), "waiting", _("まだ送っていない見積です。先に送ってください。")),
    State("sent", _("回答待ち"), "moving", _("送った見積は変えられません。改訂版を作ってください。")),
    State("accepted", _("承諾"), "done", _("この見積はすでに承諾されています。")),
    State("declined", _("辞退"), "waiting", _("この見積は辞退されています。必要なら改訂版をお求めください。")),
    State("expired", _("期限切れ"), "waiting", _("この見積は有効期限を過ぎています。改訂版が必要です。")),
    State("withdrawn", _("取り下げ"), "waiting", _("この見積は取り下げられています。")),
    State("superseded", _("改訂済み"), "waiting", _("この見積には新しい版があります。最新の版をご覧ください。")),
)
"""Of a version of a quote."""

CONTRACTS = _table(
    State("draft", _("締結前"), "attention", _("契約がまだ締結されていません。先に締結を記録してください。")),
    State("in_force", _("有効"), "done", _("この契約はすでに締結されています。")),
    State("ended", _("終了"), "waiting", _("この契約は終了しています。")),
)

ENDS_SOON = timedelta(days=60)
"""So long before its last day a contract counts as ending, and the client is told."""

MOVES: Mapping[str, Move] = {
    move.code: move
    for move in (
        Move("edit", ("draft",), "draft"),
        Move("send", ("draft",), "sent"),
        Move("accept", ("sent",), "accepted"),
        Move("decline", ("sent",), "declined"),
        Move("expire", ("sent",), "expired"),
        Move("withdraw", ("draft", "sent"), "withdrawn"),
        Move("supersede", ("sent",), "superseded"),
        Move("revise", ("sent", "declined", "expired", "withdrawn"), "draft"),
        Move("close_inquiry", ("open", "answered"), "closed"),
        Move("sign", ("draft",), "in_force"),
        Move("order", ("in_force",), "in_force"),
        Move("end", ("draft", "in_force"), "ended"),
    )
}


def refusal(move: str, state: str, states: Mapping[str, State] = QUOTES) -> Refused | None:
    """Why the move cannot start in the state; None where it can."""
    if state in MOVES[move].sources:
        return None
    return Refused(Sentence(states[state].why_not), code=f"is_{state}")
