"""The forms of projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.periods import first_of_month
from orders.quoting import RATES
from orders.services.quoting import Buyer
from projects.blueprints import STAGES, Question
from projects.models import Check, Milestone, Project, Task
from projects.queries.detail import TaskRow
from projects.queries.templates import Choice
from projects.services import Draft, MilestoneDraft, TaskDraft, Worked

DAY = {"type": "date"}
NO_TEMPLATE = ("", gettext_lazy("ひな形を使わない"))
HOUR = 60


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **more)


def _hours(label: Any, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=7, decimal_places=2, **more)


def _minutes(hours: Decimal | None) -> int:
    return round((hours or Decimal(0)) * HOUR)


def refuse_in(form: forms.Form, refusal: Refused) -> None:
    """Say the refusal beside its field, or over the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


class SentOnce(forms.Form):
    """A form that counts once, however often it is sent."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)


class ProjectForm(SentOnce):
    """A project as it begins."""

    subject = forms.CharField(label=gettext_lazy("件名"), max_length=100)
    template = forms.ChoiceField(label=gettext_lazy("ひな形"), required=False, choices=[NO_TEMPLATE])
    starts_on = _day(gettext_lazy("開始日"))
    owner = forms.CharField(label=gettext_lazy("担当"), max_length=100)
    company = forms.CharField(label=gettext_lazy("会社名"), max_length=100, required=False)
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254, required=False)
    phone = forms.CharField(label=gettext_lazy("電話番号"), max_length=30, required=False)
    postcode = forms.CharField(label=gettext_lazy("郵便番号"), max_length=10, required=False)
    address = forms.CharField(label=gettext_lazy("住所"), max_length=200, required=False)

    def __init__(self, *args: Any, templates: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.key, one.name) for one in templates]
        self.fields["template"].choices = [NO_TEMPLATE, *offered]  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """The project as typed."""
        given = self.cleaned_data
        parts = ("name", "company", "email", "phone", "postcode", "address")
        buyer = Buyer(**{part: given[part] for part in parts})
        return Draft(given["subject"], given["owner"], given["starts_on"], buyer, given["key"])


class QuestionForm(forms.Form):
    """A question of the requirement sheet."""

    section = forms.CharField(label=gettext_lazy("区分"), max_length=60)
    question = forms.CharField(label=gettext_lazy("質問"), max_length=200)

    def typed(self) -> Question:
        """The question as typed."""
        return Question(self.cleaned_data["section"], self.cleaned_data["question"])


class TaskForm(forms.Form):
    """A task of the plan."""

    name = forms.CharField(label=gettext_lazy("作業"), max_length=100)
    stage = forms.ChoiceField(label=gettext_lazy("段階"), initial="delivery")
    assignee = forms.CharField(
        label=gettext_lazy("担当"), max_length=100, required=False, widget=forms.TextInput(attrs={"list": "people"})
    )
    plan_start = _day(gettext_lazy("開始予定"))
    plan_end = _day(gettext_lazy("終了予定"))
    hours = _hours(gettext_lazy("見積時間"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].choices = [(code, _(label)) for code, label in STAGES.items()]  # type: ignore[attr-defined]

    def draft(self) -> TaskDraft:
        """The task as typed."""
        given = self.cleaned_data
        dates = (given["plan_start"], given["plan_end"])
        return TaskDraft(given["name"], given["stage"], *dates, _minutes(given["hours"]), given["assignee"])


def initial_of_task(task: Task) -> dict[str, Any]:
    """What the form of a task begins with."""
    kept = {name: getattr(task, name) for name in ("name", "stage", "assignee", "plan_start", "plan_end")}
    return {**kept, "hours": (Decimal(task.minutes) / HOUR).quantize(Decimal("0.01")).normalize()}


class MilestoneForm(forms.Form):
    """A milestone of the plan."""

    name = forms.CharField(label=gettext_lazy("マイルストーン"), max_length=100)
    due_on = _day(gettext_lazy("期日"))
    amount = forms.DecimalField(
        label=gettext_lazy("金額（税抜）"), min_value=Decimal(0), max_digits=11, decimal_places=0, initial=0
    )
    tax_rate = forms.TypedChoiceField(
        label=gettext_lazy("税率"), coerce=int, choices=[(rate, f"{rate}%") for rate in RATES], initial=10
    )

    def draft(self) -> MilestoneDraft:
        """The milestone as typed."""
        given = self.cleaned_data
        return MilestoneDraft(given["name"], given["due_on"], given["amount"], given["tax_rate"])


def initial_of_milestone(milestone: Milestone) -> dict[str, Any]:
    """What the form of a milestone begins with."""
    return {name: getattr(milestone, name) for name in MilestoneForm.base_fields}


class WorkForm(SentOnce):
    """What somebody worked."""

    day = _day(gettext_lazy("作業日"))
    person = forms.CharField(
        label=gettext_lazy("作業した人"), max_length=100, widget=forms.TextInput(attrs={"list": "people"})
    )
    task = forms.TypedChoiceField(label=gettext_lazy("作業"), required=False, coerce=int, empty_value=None)
    hours = forms.DecimalField(
        label=gettext_lazy("時間"),
        min_value=Decimal("0.01"),
        max_value=Decimal(24),
        decimal_places=2,
        help_text=gettext_lazy("1時間30分は1.5と入れます。"),
    )
    note = forms.CharField(label=gettext_lazy("内容"), max_length=500, required=False)
    billable = forms.BooleanField(label=gettext_lazy("請求の対象にする"), required=False, initial=True)

    def __init__(self, *args: Any, tasks: Sequence[TaskRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(row.task.pk, row.task.name) for row in tasks]
        self.fields["task"].choices = [("", _("その他の作業")), *offered]  # type: ignore[attr-defined]

    def typed(self) -> Worked:
        """The work as typed."""
        given = self.cleaned_data
        minutes = _minutes(given["hours"])
        words = (given["note"], given["task"], given["billable"], given["key"])
        return Worked(given["person"], given["day"], minutes, *words)


class CheckForm(forms.Form):
    """A check to be added."""

    milestone = forms.TypedChoiceField(label=gettext_lazy("マイルストーン"), coerce=int)
    name = forms.CharField(label=gettext_lazy("検査の項目"), max_length=200)

    def __init__(self, *args: Any, milestones: Sequence[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["milestone"].choices = [(one.pk, one.name) for one in milestones]  # type: ignore[attr-defined]


class ResultForm(forms.Form):
    """How the checks that were selected went."""

    result = forms.ChoiceField(
        label=gettext_lazy("結果"),
        choices=[
            (Check.PASSED, gettext_lazy("合格")),
            (Check.FAILED, gettext_lazy("不合格")),
            (Check.REDO, gettext_lazy("直したので再検査する")),
        ],
    )
    note = forms.CharField(
        label=gettext_lazy("備考"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("不合格のときは、何が足りないかを書きます。"),
    )


class AnswerForm(forms.Form):
    """What the buyer answered on paper or by mail."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("回答"),
        choices=[("accepted", gettext_lazy("検収した")), ("rejected", gettext_lazy("差し戻した"))],
        initial="accepted",
    )
    name = forms.CharField(label=gettext_lazy("検収した人の名前"), max_length=100)
    reason = forms.CharField(
        label=gettext_lazy("差し戻しの理由"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    file = forms.FileField(label=gettext_lazy("検収書のファイル"), required=False)


class EvaluationForm(forms.Form):
    """What the buyer thinks of it."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("評価"),
        coerce=int,
        choices=[
            (5, gettext_lazy("5 とても満足")),
            (4, gettext_lazy("4 満足")),
            (3, gettext_lazy("3 ふつう")),
            (2, gettext_lazy("2 不満")),
            (1, gettext_lazy("1 とても不満")),
        ],
    )
    words = forms.CharField(
        label=gettext_lazy("ご意見"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    name = forms.CharField(label=gettext_lazy("お名前"), max_length=100)


class MonthForm(forms.Form):
    """The month of a report."""

    month = forms.TypedChoiceField(label=gettext_lazy("対象の月"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, project: Project, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begun = min(project.starts_on, project.created_at.date()).replace(day=1)
        months: list[tuple[str, str]] = []
        month = today.replace(day=1)
        while month >= begun and len(months) < 24:
            months.append((month.isoformat(), _("%(year)s年%(month)s月") % {"year": month.year, "month": month.month}))
            month = first_of_month(month, -1)
        self.fields["month"].choices = months  # type: ignore[attr-defined]
