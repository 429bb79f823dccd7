"""The status definition: what every phase means, who may do what, and a made-up order to try it with.

Everything on these pages is drawn from the tables that decide about real orders; nothing here writes an order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from core import clock
from core.errors import Refused
from core.wording import Sentence
from integrations.notices.catalogue import AUDIENCES, Kind, by_event
from integrations.queries import standing as standings
from integrations.queries.standing import Standing
from operations.pages import work
from orders.lifecycle import (
    BY_CODE,
    MOVES,
    ORDER_FACTS,
    PHASES,
    STARTS,
    STEPS,
    Edge,
    Move,
    Phase,
    Step,
    graph,
    next_steps,
    phase_of,
    started,
)
from orders.pages import acting
from orders.queries.naming import names_by, own_names, phase_names
from orders.services import naming
from portal.look import diagrams
from portal.look.diagrams import Diagram
from tenants.doors import PortalRequest, page, url
from tenants.pages.sections import show
from tenants.roles import Permission, holders

DOORS: Mapping[str, Any] = {
    **{code: getattr(work, code) for code in ("verify", "hold", "release_hold", "release", "cancel", "answer_cancel")},
    **{code: getattr(work, code) for code in ("pick", "pack", "ship")},
    "request_cancel": acting.cancel,
}
"""The page behind each move that people make; its door says who may. Other moves are made by the portal itself."""

EVENTS: Mapping[str, str] = {
    "verify": "order.verified",
    "hold": "order.held",
    "pay": "order.paid",
    "schedule": "order.scheduled",
    "unschedule": "order.scheduled",
    "ship": "shipment.shipped",
    "deliver": "shipment.delivered",
    "cancel": "order.cancelled",
    "request_cancel": "order.cancel_requested",
    "answer_cancel": "order.cancel_request_answered",
    "exception_opens": "order.exception_opened",
    "exception_ends": "order.exception_decided",
    "return_ends": "order.return_inspected",
}
"""What the record says of a step, where somebody may be told of it."""

ARRIVAL = "order.received"

FROM_ANYWHERE, TO_AND_FRO = 8, 3
"""A phase that so many others lead to, or that goes to and fro between so many, can come at any time; its lines would
hide the others' in the diagram.
"""

MOST_STEPS = 40


@dataclass(frozen=True)
class Row:
    """A phase as the definition shows it.

    fields: where the client's own names are typed. ways: what leads on, and where, without what can come at any time.
    is_crossroads: it can come at any time itself, and leads back.
    """

    phase: Phase
    nth: int
    staff: Sentence
    client: Sentence
    when: Sentence
    next: Sentence | None
    fields: Sequence[Mapping[str, object]]
    ways: Sequence[tuple[Sentence, Sentence]]
    is_crossroads: bool


@page(Permission.VIEW_ORDERS)
def definition(request: PortalRequest) -> HttpResponse:
    """Every phase, the diagram, and who may do what."""
    return show(request, "portal/definition.html", _shown(request))


def _shown(request: PortalRequest, given: Mapping[str, Mapping[str, str]] | None = None) -> dict[str, Any]:
    own = own_names()
    staff, client = phase_names("operator"), names_by(own)
    names = client if request.side == "client" else staff
    typed = given or own
    crossroads = _crossroads()
    rows = [
        Row(
            phase=phase,
            nth=nth,
            staff=staff[phase.code],
            client=client[phase.code],
            when=phase.when.words(ORDER_FACTS),
            next=Sentence(phase.next) if phase.next else None,
            fields=_fields(phase, typed.get(phase.code, {})),
            ways=[
                (_by(edge), names[edge.after])
                for edge in graph()
                if edge.before == phase.code and edge.after not in crossroads
            ],
            is_crossroads=phase.code in crossroads,
        )
        for nth, phase in enumerate(PHASES, 1)
    ]
    return {
        "rows": rows,
        "names": names,
        "moves": [_move(move) for move in MOVES.values()],
        "mails": _all_mails(request),
        "drawn": _drawn(names, _diagram(crossroads)),
        "any_time": [names[code] for code in BY_CODE if code in crossroads],
        "now": clock.now(),
    }


def _all_mails(request: PortalRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every step that somebody is told of, with the mails that it may send."""
    mails = _mails_of(request)
    steps = [(_("受付時"), ARRIVAL), *((str(Sentence(STEPS[code].label)), event) for code, event in EVENTS.items())]
    return [(label, mails[event]) for label, event in steps if mails.get(event)]


def _mails_of(request: PortalRequest) -> Mapping[str, list[dict[str, Any]]]:
    """The mails of each event, as the client has decided about them; the operator's own are for the operator to see."""
    standing = standings.of_client()
    return {
        event: [
            {"label": _(kind.label), "audience": _(AUDIENCES[kind.audience]), "is_on": _goes_out(standing, kind)}
            for kind in kinds
            if kind.audience != "operator" or request.side == "operator"
        ]
        for event, kinds in by_event().items()
    }


def _goes_out(standing: Standing, kind: Kind) -> bool:
    return standing.is_live(clock.now()) and standing.is_on(kind) and kind.mode != "off"


def _fields(phase: Phase, own: Mapping[str, str]) -> list[Mapping[str, object]]:
    return [
        {
            "name": f"{phase.code}-{language}",
            "language": {"ja": _("日本語"), "en": _("英語")}[language],
            "value": own.get(language, ""),
            "usual": translated(language, phase.client),
            "longest": longest,
        }
        for language, longest in naming.LONGEST.items()
    ]


def translated(language: str, text: str) -> str:
    """The text in a language that may not be the reader's."""
    with override(language):
        return _(text)


def _by(edge: Edge) -> Sentence:
    """The steps of a way, one or the other."""
    first, *rest = (Sentence(STEPS[code].label) for code in edge.steps)
    for step in rest:
        first = Sentence("%(one)s／%(other)s", one=first, other=step)
    return first


def _crossroads() -> frozenset[str]:
    ways = {(edge.before, edge.after) for edge in graph()}
    into = {code: [before for before, after in ways if after == code] for code in BY_CODE}
    return frozenset(
        code
        for code, origins in into.items()
        if len(origins) >= FROM_ANYWHERE or sum((code, origin) in ways for origin in origins) >= TO_AND_FRO
    ) - {PHASES[-1].code}


def _diagram(crossroads: frozenset[str]) -> Diagram:
    keys = [phase.code for phase in reversed(PHASES) if phase.code not in crossroads]
    return diagrams.laid_out(keys, [(edge.before, edge.after) for edge in graph()])


def _drawn(names: Mapping[str, Sentence], diagram: Diagram) -> dict[str, Any]:
    steps = {(edge.before, edge.after): _by(edge) for edge in graph()}
    half = diagrams.WIDTH // 2, diagrams.HEIGHT // 2
    return {
        "width": diagram.width,
        "height": diagram.height,
        "boxes": [
            {
                **box.__dict__,
                "label": names[box.key],
                "tone": BY_CODE[box.key].tone,
                "middle": (box.x + half[0], box.y + half[1]),
            }
            for box in diagram.boxes
        ],
        "ways": [
            {
                "path": way.path,
                "words": f"{names[way.before]} → {names[way.after]}: {steps[way.before, way.after]}",
            }
            for way in diagram.ways
        ],
        "box": (diagrams.WIDTH, diagrams.HEIGHT),
    }


def _move(move: Move) -> dict[str, Any]:
    door = DOORS.get(move.code)
    return {
        "label": Sentence(move.label),
        "subject": _("出荷") if move.subject == "shipment" else _("受注"),
        "refusals": [Sentence(need.sentence) for need in move.requires],
        "who": [role for role in holders(door.permission) if door.side in ("both", role.side)] if door else [],
    }


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def rename(request: PortalRequest) -> HttpResponse:
    """Call phases by the client's own names."""
    names = {
        phase.code: {language: request.POST.get(f"{phase.code}-{language}", "") for language in naming.LONGEST}
        for phase in PHASES
    }
    try:
        changed = naming.rename_phases(names, actor=request.actor, at=clock.now())
    except Refused as refusal:
        shown = {**_shown(request, names), "refusal": refusal}
        return show(request, "portal/definition.html", shown, status=422)
    words = ngettext("%(n)s件の表示名を変えました。", "%(n)s件の表示名を変えました。", changed)
    messages.success(request, words % {"n": changed} if changed else _("表示名はそのままです。"))
    return HttpResponseRedirect(url(request, "definition"))


@page(Permission.VIEW_ORDERS)
def trial(request: PortalRequest) -> HttpResponse:
    """A made-up order goes through the phases step by step; nothing is written, sent or billed."""
    start = request.GET.get("start", "plain")
    start = start if start in STARTS else "plain"
    taken = [code for code in request.GET.getlist("step") if code in STEPS][:MOST_STEPS]
    names = {side: phase_names(side) for side in ("operator", "client")}
    facts, way = started(start), list[tuple[Step, Phase]]()
    for code in taken:
        if not STEPS[code].may_follow(facts):
            break
        facts = STEPS[code].taken(facts)
        way.append((STEPS[code], phase_of(facts)))
    first, here, passed = phase_of(started(start)), phase_of(facts), [step.code for step, _phase in way]
    shown = {
        "starts": [(Sentence(each.label), _address(request, code, []), code == start) for code, each in STARTS.items()],
        "first": (names["operator"][first.code], first.tone),
        "way": [(Sentence(step.label), names["operator"][phase.code], phase.tone) for step, phase in way],
        "here": here,
        "staff": names["operator"][here.code],
        "client": names["client"][here.code],
        "next": Sentence(here.next) if here.next else None,
        "steps": [
            (Sentence(step.label), _address(request, start, [*passed, step.code]), _who(step))
            for step in next_steps(facts)
        ],
        "back": _address(request, start, passed[:-1]) if passed else "",
        "mails": _sent_on_the_way(request, passed),
        "facts": [(Sentence(label), facts[name]) for name, label in ORDER_FACTS.items() if facts[name]],
    }
    return show(request, "portal/trial.html", shown)


def _sent_on_the_way(request: PortalRequest, steps: Sequence[str]) -> list[dict[str, Any]]:
    """The mails that the way so far would have sent, were it a real order's."""
    mails = _mails_of(request)
    events = [ARRIVAL, *(EVENTS[code] for code in steps if code in EVENTS)]
    return [mail for event in events for mail in mails.get(event, [])]


def _address(request: PortalRequest, start: str, steps: Sequence[str]) -> str:
    query = urlencode([("start", start), *(("step", step) for step in steps)])
    return f"{url(request, 'trial')}?{query}"


def _who(step: Step) -> str:
    """Who makes the step happen, in words."""
    door = DOORS.get(step.move.code) if step.move else None
    if door is None:
        return _("自動または外から")
    return "・".join(
        dict.fromkeys(str(role.label) for role in holders(door.permission) if door.side in ("both", role.side))
    )
