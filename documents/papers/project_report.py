"""What the monthly report of a service project (`project_report.typ`, 作業報告書) is given."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NotRequired, TypedDict

from documents.papers.common import Fact, Head, Party


class Work(TypedDict):
    """Work of one day. hours: with two decimals; below zero where a row takes another back."""

    day: str
    person: str
    task: str
    hours: Decimal
    note: NotRequired[str]


class Step(TypedDict):
    """A milestone or task and where it stands, in words."""

    name: str
    due: str
    state: str


class Checked(TypedDict):
    """A quality check and how it went."""

    name: str
    result: str
    note: NotRequired[str]


class ProjectReport(Head):
    """A month of a project, for its buyer. month: as printed (2026年11月). hours: the sum of `work`."""

    recipient: Party
    subject: str
    month: str
    facts: Sequence[Fact]
    hours: Decimal
    work: Sequence[Work]
    milestones: Sequence[Step]
    tasks: Sequence[Step]
    checks: Sequence[Checked]
