"""Where a service project (無形商材の案件) stands and what may be done with it, derived from its facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import Refused
from core.wording import _
from orders.lifecycle import ALWAYS, Facts, Phase, Requirement, fact, phase_sql

PROJECT_FACTS: Mapping[str, str] = {
    "cancelled": _("中止の記録"),
    "requirements": _("要望の項目"),
    "agreed": _("合意した要望"),
    "quoted": _("見積"),
    "quote_accepted": _("見積の承諾"),
    "contracted": _("有効な契約、または契約が要らないという記録"),
    "tasks": _("作業"),
    "setup_open": _("終わっていない立ち上げの作業"),
    "milestones": _("マイルストーン"),
    "reached": _("達成したマイルストーン"),
    "accepted": _("検収済みのマイルストーン"),
    "asked": _("回答を待っている検収"),
    "evaluated": _("評価"),
}
"""What is known of a project, each a whole number; yes is 1 and no is 0."""

_all_accepted = (fact("milestones") > 0) & (fact("accepted") >= fact("milestones"))
_contracted = fact("contracted") > 0
_ready = (fact("requirements") > 0) & (fact("agreed") >= fact("requirements"))

PHASES: tuple[Phase, ...] = (
    Phase("cancelled", fact("cancelled") > 0, _("中止"), _("中止")),
    Phase("completed", _all_accepted & (fact("evaluated") > 0), _("完了"), _("完了"), tone="done"),
    Phase(
        "evaluating",
        _all_accepted,
        _("完了（評価待ち）"),
        _("完了（評価待ち）"),
        next=_("購入者に評価をいただきます"),
        tone="done",
    ),
    Phase(
        "accepting",
        fact("asked") > 0,
        _("検収待ち"),
        _("検収待ち"),
        next=_("購入者が検収します"),
        date="answer_by",
        tone="attention",
    ),
    Phase(
        "delivering",
        _contracted & (fact("tasks") > 0) & (fact("setup_open") <= 0),
        _("提供中"),
        _("提供中"),
        next=_("次のマイルストーンを納めます"),
        date="milestone_on",
        tone="moving",
    ),
    Phase(
        "starting",
        _contracted,
        _("立ち上げ"),
        _("立ち上げ"),
        next=_("立ち上げの作業を終えて、提供を始めます"),
        date="task_on",
        tone="moving",
    ),
    Phase(
        "contracting",
        fact("quote_accepted") > 0,
        _("契約"),
        _("ご契約の手続き中"),
        next=_("契約を締結します"),
        tone="attention",
    ),
    Phase(
        "proposing",
        (fact("quoted") > 0) | _ready,
        _("提案・見積"),
        _("ご提案・お見積り"),
        next=_("購入者が見積を承諾します"),
        date="valid_until",
        tone="moving",
    ),
    Phase("clarifying", ALWAYS, _("要望確認"), _("ご要望の確認中"), next=_("要望を確かめて合意します"), tone="waiting"),
)
"""In order: the first that holds is the project's phase. The last holds always."""

BY_CODE: Mapping[str, Phase] = {phase.code: phase for phase in PHASES}

WAY: tuple[tuple[str, tuple[str, ...]], ...] = (
    (_("要望確認"), ("clarifying",)),
    (_("提案・見積"), ("proposing",)),
    (_("契約"), ("contracting",)),
    (_("立ち上げ"), ("starting",)),
    (_("提供中"), ("delivering",)),
    (_("検収待ち"), ("accepting",)),
    (_("完了・評価"), ("evaluating", "completed")),
)
"""The way of a project as people draw it: the name of each stage and the phases in it."""

OVER = ("cancelled", "completed", "evaluating")
"""Phases in which nothing of the work is open any more."""

_NOT_CANCELLED = Requirement(fact("cancelled") <= 0, "cancelled", _("中止した案件です。"))
_CONTRACTED = Requirement(
    _contracted,
    "not_contracted",
    _("契約がまだ有効ではありません。見積の承諾と契約、または契約が要らないという記録を先に済ませてください。"),
)
_NOT_OVER = Requirement(
    (fact("milestones") <= 0) | (fact("accepted") < fact("milestones")),
    "completed",
    _("すべてのマイルストーンの検収が済んだ案件です。"),
)

MOVES: Mapping[str, tuple[Requirement, ...]] = {
    "clarify": (_NOT_CANCELLED, _NOT_OVER),
    "quote": (
        _NOT_CANCELLED,
        Requirement(fact("quoted") <= 0, "quoted", _("この案件の見積はすでにあります。改訂版は見積の画面で作ります。")),
    ),
    "waive": (
        _NOT_CANCELLED,
        Requirement(fact("contracted") <= 0, "contracted", _("この案件の契約はすでに有効です。")),
    ),
    "plan": (_NOT_CANCELLED, _NOT_OVER),
    "carry_out": (_NOT_CANCELLED, _CONTRACTED, _NOT_OVER),
    "log": (_NOT_CANCELLED,),
    "hand_in": (_NOT_CANCELLED, _CONTRACTED),
    "report": (_NOT_CANCELLED,),
    "evaluate": (
        _NOT_CANCELLED,
        Requirement(_all_accepted, "not_accepted", _("すべてのマイルストーンの検収が済むと、評価できます。")),
        Requirement(fact("evaluated") <= 0, "evaluated", _("評価はすでにいただいています。")),
    ),
    "cancel": (
        _NOT_CANCELLED,
        _NOT_OVER,
        Requirement(
            fact("asked") <= 0, "asked", _("検収の回答を待っています。回答を受けるか、検収の依頼を取り下げてください。")
        ),
    ),
}
"""By code, what each command on a project asks for, in the order it is checked."""

MILESTONE_FACTS: Mapping[str, str] = {
    "reached": _("達成の記録"),
    "accepted": _("検収済み"),
    "asked": _("回答を待っている検収"),
    "failed": _("不合格の検査"),
    "unchecked": _("まだ合格していない検査"),
}
"""What is known of a milestone, besides its project's facts."""

HAND_IN: tuple[Requirement, ...] = (
    Requirement(fact("accepted") <= 0, "accepted", _("検収済みのマイルストーンです。")),
    Requirement(fact("asked") <= 0, "asked", _("検収を依頼済みのマイルストーンです。")),
    Requirement(
        fact("failed") <= 0,
        "check_failed",
        _("不合格の品質検査があります。直して再検査に合格してから検収を依頼してください。"),
    ),
    Requirement(
        fact("unchecked") <= 0,
        "unchecked",
        _("済んでいない品質検査があります。検査に合格してから検収を依頼してください。"),
    ),
)
"""What handing in a milestone asks of it."""


def refusal(requires: Sequence[Requirement], facts: Facts) -> Refused | None:
    """Why a command is not allowed with these facts, None where it is."""
    return next((need.refusal() for need in requires if not need.when.holds(facts)), None)


def allowed(facts: Facts) -> frozenset[str]:
    """The codes of MOVES that these facts allow."""
    return frozenset(code for code, requires in MOVES.items() if refusal(requires, facts) is None)


def project_phase_sql(table: str = "f") -> str:
    """The phase's code as an SQL expression over the columns of `table`, one for each of PROJECT_FACTS."""
    return phase_sql(table, PHASES)
