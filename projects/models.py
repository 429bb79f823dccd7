"""Service projects and what belongs to them. Written by projects.services alone."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from orders.models import Inquiry, Quote
from orders.models.quotes import Buyer
from projects.blueprints import DELIVERY
from projects.lifecycle import PHASES


class Template(models.Model):
    """A client's own template of projects. definition: as projects.blueprints keeps it."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    definition = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=100)


class Project(Buyer):
    """Something intangible that a client sold, from the first wish to the evaluation.

    phase: derived from facts, written by projects.services.phases.refresh alone. starts_on: day 0 of the plan.
    waived_*: why no contract is needed here. owner: who answers for it. key: of the form that began it, sent once.
    """

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=100)
    owner = models.CharField(max_length=100)
    inquiry = models.OneToOneField(Inquiry, null=True, on_delete=models.PROTECT, related_name="project")
    quote = models.OneToOneField(Quote, null=True, on_delete=models.PROTECT, related_name="project")
    starts_on = models.DateField()
    phase = models.CharField(max_length=15, default=PHASES[-1].code)
    waived_at = models.DateTimeField(null=True)
    waived_reason = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    key = models.UUIDField(null=True, unique=True)
    search = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["phase", "-id"], name="project_phase_newest"),
            GinIndex(fields=["search"], name="project_search", opclasses=["public.gin_trgm_ops"]),
        ]

    @property
    def number(self) -> str:
        """How people call it."""
        return f"P-{self.pk:05}"

    @property
    def buyer(self) -> str:
        """For whom it is: the company, or the person."""
        return self.buyer_company or self.buyer_name


class Requirement(models.Model):
    """A line of the requirement sheet (要望書). agreed_*: by whom and when its answer was agreed on."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="requirements")
    section = models.CharField(max_length=60)
    question = models.CharField(max_length=200)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.CharField(max_length=100, blank=True)


class Task(models.Model):
    """A piece of the work. stage: a key of projects.blueprints.STAGES. minutes: estimated.

    late_at: when it was told that it is late; nothing where it is planned anew.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    stage = models.CharField(max_length=10, default=DELIVERY)
    name = models.CharField(max_length=100)
    assignee = models.CharField(max_length=100, blank=True)
    plan_start = models.DateField()
    plan_end = models.DateField()
    minutes = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(plan_end__gte=models.F("plan_start")), name="task_plan_forward"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(started_at__isnull=False), name="task_started_before_done"
            ),
        ]
        indexes = [models.Index(fields=["plan_end"], name="task_open", condition=Q(done_at__isnull=True))]


class Milestone(models.Model):
    """What is handed in and accepted. amount: yen without tax. reached_at: when it was handed in last.

    accepted ⊆ reached: a milestone that the buyer rejects is not reached any more.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="milestones")
    name = models.CharField(max_length=100)
    due_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=0, default=0)
    tax_rate = models.PositiveSmallIntegerField(default=10)
    reached_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(reached_at__isnull=False), name="milestone_reached_first"
            )
        ]


class Check(models.Model):
    """A quality check before a milestone is handed in. redo: it was mended and has to be looked at again."""

    OPEN, PASSED, FAILED, REDO = "open", "passed", "failed", "redo"

    id = models.BigAutoField(primary_key=True)
    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="checks")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=OPEN)
    note = models.CharField(max_length=500, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.CharField(max_length=100, blank=True)


class WorkLog(models.Model):
    """Minutes that somebody worked. Never changed: `undoes` names the row that this one takes back, with its minutes.

    event_id: of the record, by which the bill knows it. key: of the form that logged it, sent once.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="work")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="work")
    person = models.CharField(max_length=100)
    day = models.DateField()
    minutes = models.IntegerField()
    note = models.CharField(max_length=500, blank=True)
    billable = models.BooleanField(default=True)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    event_id = models.BigIntegerField(null=True)
    key = models.UUIDField(null=True, unique=True)
    logged_at = models.DateTimeField()
    logged_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undoes__isnull=True, minutes__gt=0) | Q(undoes__isnull=False, minutes__lt=0),
                name="work_minutes_sign",
            )
        ]


class Acceptance(models.Model):
    """The buyer is asked to accept a milestone (検収). serial: of their link, which is derived and kept nowhere.

    answered_*: who answered, when, from which address (evidence, never changed). document_id: an uploaded 検収書;
    paper_id: the one that was issued. late_at: when it was told that the answer is late.
    """

    ACCEPTED, REJECTED = "accepted", "rejected"

    id = models.BigAutoField(primary_key=True)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="acceptances")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=100)
    answer_by = models.DateField()
    serial = models.PositiveIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=10, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=100, blank=True)
    answered_from = models.CharField(max_length=45, blank=True)
    answered_with = models.CharField(max_length=300, blank=True)
    recorded_by = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)
    document_id = models.BigIntegerField(null=True)
    paper_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
                name="acceptance_asked_once",
            )
        ]


class Evaluation(models.Model):
    """What the buyer thinks of it: 1 to 5, and words."""

    id = models.BigAutoField(primary_key=True)
    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="evaluation")
    score = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    given_by = models.CharField(max_length=100)
    given_from = models.CharField(max_length=45, blank=True)
    given_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="evaluation_score")]


class Report(models.Model):
    """The report of a month (作業報告書). month: its first day. document_id: the paper, its newest revision."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reports")
    month = models.DateField()
    number = models.CharField(max_length=30, blank=True)
    revision = models.PositiveIntegerField(default=0)
    document_id = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "month"], name="report_month_once")]
