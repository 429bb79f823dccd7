"""Projects begin: blank, from an inquiry, or from a quote that was accepted; and follow what happens to their quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from core.errors import Refused
from core.events import Actor, Told
from core.money import Rounding, round_yen
from core.text import search_key
from core.wording import Sentence, _
from orders.models import Contract, Inquiry, Quote, QuoteVersion
from orders.queries.quoting import wanted, with_lines
from orders.quoting import Wanted, amount_of
from orders.services.quoting import Buyer
from projects.blueprints import Blueprint, check, day_of
from projects.models import Check, Milestone, Project, Requirement, Task
from projects.services.locking import not_found, one, tell

DAYS_TO_FIRST = 30
"""Until when a milestone is due, where no template says it."""


@dataclass(frozen=True)
class Draft:
    """A project as somebody begins it. starts_on: day 0 of its plan. key: of the form, which counts once."""

    subject: str
    owner: str
    starts_on: date
    buyer: Buyer
    key: UUID | None = None


@transaction.atomic
def create(
    draft: Draft,
    blueprint: Blueprint | None = None,
    *,
    inquiry_id: int | None = None,
    quote_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Project:
    """Begin a project by a template. From a quote, which must be accepted, its lines become the milestones.

    Refused where the inquiry or quote has its project already; a form that is sent again gives the project it made.
    """
    again = Project.objects.filter(key=draft.key).first() if draft.key else None
    if again is not None:
        return again
    if not draft.subject.strip() or not draft.buyer.name.strip():
        raise Refused(Sentence(_("件名とお名前を入れてください。")), code="missing", field="subject")
    lines = _agreed_lines(quote_id) if quote_id is not None else []
    if inquiry_id is not None:
        _check_inquiry(inquiry_id)
    known = draft.buyer.normalised()
    words = (draft.subject, *(known[f"buyer_{part}"] for part in ("company", "name", "email", "phone")))
    project = Project.objects.create(
        subject=draft.subject.strip(),
        owner=draft.owner.strip(),
        starts_on=draft.starts_on,
        inquiry_id=inquiry_id,
        quote_id=quote_id,
        created_at=at,
        created_by=actor.name,
        key=draft.key,
        **known,
    )
    project.search = search_key("|".join((project.number, *words)))
    project.save(update_fields=["search"])
    _fill(project, blueprint or Blueprint(), lines)
    tell("project.created", [(project.pk, {"buyer": project.buyer})], actor=actor, at=at)
    project.refresh_from_db()
    return project


@transaction.atomic
def apply(project_id: int, blueprint: Blueprint, *, actor: Actor, at: datetime) -> None:
    """Add what the template has to a project."""
    project = one("plan", project_id)
    _fill(project, blueprint, [])
    tell("project.template_applied", [(project.pk, {"tasks": len(blueprint.tasks)})], actor=actor, at=at)


def _agreed_lines(quote_id: int) -> list[Wanted]:
    """The lines of the quote as the buyer accepted it."""
    Quote.objects.select_for_update().filter(pk=quote_id).first()
    if Project.objects.filter(quote=quote_id).exists():
        raise Refused(Sentence(_("この見積のサービス案件はすでにあります。")), code="known")
    version = with_lines(QuoteVersion.objects.filter(quote=quote_id, state=QuoteVersion.ACCEPTED)).first()
    if version is None:
        raise Refused(Sentence(_("承諾された見積だけをサービス案件にできます。")), code="not_accepted")
    return wanted(version)


def _check_inquiry(inquiry_id: int) -> None:
    inquiry = Inquiry.objects.select_for_update().filter(pk=inquiry_id).first()
    if inquiry is None:
        raise not_found()
    if Project.objects.filter(inquiry=inquiry).exists():
        raise Refused(Sentence(_("この問い合わせのサービス案件はすでにあります。")), code="known")
    if inquiry.state == Inquiry.CLOSED:
        raise Refused(Sentence(_("終了した問い合わせからは案件を始められません。")), code="is_closed")


def _fill(project: Project, blueprint: Blueprint, lines: Sequence[Wanted]) -> None:
    """Write what the template has; what was agreed on stands for its milestones."""
    check(blueprint)
    Requirement.objects.bulk_create(
        Requirement(project=project, section=one.section[:60], question=one.question[:200])
        for one in blueprint.questions
    )
    Task.objects.bulk_create(
        Task(
            project=project,
            stage=one.stage,
            name=one.name[:100],
            plan_start=day_of(project.starts_on, one.first_day),
            plan_end=day_of(project.starts_on, one.last_day),
            minutes=one.minutes,
        )
        for one in blueprint.tasks
    )
    milestones = Milestone.objects.bulk_create(_milestones(project, blueprint, lines))
    Check.objects.bulk_create(
        Check(milestone=milestones[min(one.milestone, len(milestones)) - 1], name=one.name[:200])
        for one in blueprint.checks
    )


def _milestones(project: Project, blueprint: Blueprint, lines: Sequence[Wanted]) -> list[Milestone]:
    days = [day_of(project.starts_on, one.day) for one in blueprint.milestones]
    if not lines:
        return [
            Milestone(project=project, name=one.name[:100], due_on=due)
            for one, due in zip(blueprint.milestones, days, strict=True)
        ]
    days = days or [project.starts_on + timedelta(days=DAYS_TO_FIRST)]
    return [
        Milestone(project=project, due_on=days[min(nth, len(days) - 1)], name=line.name[:100], **_worth(line))
        for nth, line in enumerate(lines)
    ]


def _worth(line: Wanted) -> dict[str, object]:
    return {"amount": round_yen(amount_of(line), Rounding.HALF), "tax_rate": line.tax_rate}


def follow_quotes(told: Told) -> None:
    """What happened to quotes moves their projects; what was accepted is what their milestones are worth."""
    quotes = told.frame["subject_id"].to_list()
    projects = list(Project.objects.select_for_update().filter(quote__in=quotes))
    if not projects:
        return
    if told.name == "quote.accepted":
        _take_over(projects)
    at = told.frame["at"].max()
    assert isinstance(at, datetime)
    agreed = Contract.objects.filter(version__quote__in=[one.quote_id for one in projects])
    number = {one.version.quote_id: one.version.quote.number for one in agreed.select_related("version__quote")}
    moved = [(one.pk, {"quote": number.get(one.quote_id or 0, "")}) for one in projects]
    tell(f"project.{told.name.replace('.', '_')}", moved, actor=told.actor, at=at)


def link_quotes(told: Told) -> None:
    """A quote was drafted for an inquiry whose project waits for one: it is the project's."""
    drafted = Quote.objects.filter(pk__in=told.frame["subject_id"].to_list()).order_by("-pk")
    quotes = {inquiry: quote for inquiry, quote in drafted.values_list("inquiry_id", "pk") if inquiry}
    waiting = list(Project.objects.select_for_update().filter(inquiry__in=quotes, quote=None, cancelled_at=None))
    for project in waiting:
        project.quote_id = quotes[project.inquiry_id or 0]
    Project.objects.bulk_update(waiting, ["quote"])
    at = told.frame["at"].max()
    assert isinstance(at, datetime)
    tell("project.quoted", [(one.pk, {"quote_id": one.quote_id}) for one in waiting], actor=told.actor, at=at)


def _take_over(projects: Sequence[Project]) -> None:
    """The lines that were accepted, as milestones where there are none yet, or as many as lines."""
    accepted = QuoteVersion.objects.filter(quote__in=[one.quote_id for one in projects], state=QuoteVersion.ACCEPTED)
    lines = {version.quote_id: wanted(version) for version in with_lines(accepted)}
    standing: dict[int, list[Milestone]] = {}
    for milestone in Milestone.objects.filter(project__in=projects).order_by("pk"):
        standing.setdefault(milestone.project_id, []).append(milestone)
    new, changed = [], []
    for project in projects:
        agreed, known = lines.get(project.quote_id or 0, []), standing.get(project.pk, [])
        if not known:
            new += _milestones(project, Blueprint(), agreed)
        elif len(known) == len(agreed) and not any(one.reached_at for one in known):
            for milestone, line in zip(known, agreed, strict=True):
                milestone.amount = round_yen(amount_of(line), Rounding.HALF)
                milestone.tax_rate = line.tax_rate
                changed.append(milestone)
    Milestone.objects.bulk_create(new)
    Milestone.objects.bulk_update(changed, ["amount", "tax_rate"])
