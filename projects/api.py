"""The API for service projects: where each stands, its plan, hours and acceptances, on the client's own host."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.json_lists import LARGEST_PAGE, PAGE, choices, page_json
from core.periods import local_day
from core.rest import Endpoint, raw
from projects.lifecycle import BY_CODE
from projects.models import Milestone, Project, Task
from projects.queries.papers import hours_of
from projects.queries.standing import label_of, with_standing
from tenants.openapi import errors

_SHOWN = {
    "id": "id",
    "subject": "subject",
    "phase": "phase",
    "company": "buyer_company",
    "name": "buyer_name",
    "owner": "owner",
    "starts_on": "starts_on",
    "planned_minutes": "planned",
    "worked_minutes": "used",
    "is_late": "late",
    "created_at": "created_at",
}


class ProjectRow(serializers.Serializer[Any]):
    """サービス案件。"""

    id = serializers.IntegerField()
    subject = serializers.CharField(help_text="件名")
    phase = serializers.ChoiceField(choices=list(BY_CODE), help_text="状態")
    company = serializers.CharField(allow_blank=True, help_text="購入者の会社名")
    name = serializers.CharField(help_text="購入者の氏名")
    owner = serializers.CharField(help_text="担当")
    starts_on = serializers.DateField(help_text="開始日")
    planned_minutes = serializers.IntegerField(help_text="見積時間（分）")
    worked_minutes = serializers.IntegerField(help_text="作業時間（分）")
    is_late = serializers.BooleanField(help_text="予定の日を過ぎた作業・マイルストーン・検収がある")
    created_at = serializers.DateTimeField()


class ProjectPage(serializers.Serializer[Any]):
    """サービス案件の1ページ。"""

    data = ProjectRow(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")


class ProjectTaskOut(serializers.Serializer[Any]):
    """計画の作業。"""

    name = serializers.CharField()
    stage = serializers.ChoiceField(choices=["setup", "delivery"], help_text="立ち上げ、提供")
    assignee = serializers.CharField(allow_blank=True)
    plan_start = serializers.DateField()
    plan_end = serializers.DateField()
    minutes = serializers.IntegerField(help_text="見積時間（分）")
    started_at = serializers.DateTimeField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)


class ProjectMilestoneOut(serializers.Serializer[Any]):
    """マイルストーン。"""

    name = serializers.CharField()
    due_on = serializers.DateField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=0, help_text="税抜（円）")
    tax_rate = serializers.IntegerField()
    reached_at = serializers.DateTimeField(allow_null=True, help_text="検収を依頼した日時")
    accepted_at = serializers.DateTimeField(allow_null=True, help_text="検収された日時")


class ProjectOut(ProjectRow):
    """サービス案件のすべて。"""

    phase_label = serializers.CharField(help_text="状態の名前")
    worked_hours = serializers.DecimalField(max_digits=10, decimal_places=2, help_text="作業時間（時間）")
    tasks = ProjectTaskOut(many=True)
    milestones = ProjectMilestoneOut(many=True)


def _projects() -> QuerySet[Any]:
    return with_standing(Project.objects.all(), today=local_day(clock.now()))


class Projects(Endpoint):
    """サービス案件の一覧。"""

    required_scopes = {"GET": "projects:read"}

    @extend_schema(
        operation_id="projects_list",
        summary="サービス案件の一覧",
        tags=["サービス案件"],
        parameters=[
            OpenApiParameter("phase", str, enum=list(BY_CODE), many=True, description="状態（複数可）"),
            OpenApiParameter("cursor", str, description="前のページの next"),
            OpenApiParameter("limit", int, description=f"1～{LARGEST_PAGE}（既定 {PAGE}）"),
        ],
        responses={200: ProjectPage, **errors(401, 403, 422, 429)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """サービス案件を新しい順に返します。"""
        rows = _projects()
        if phases := choices(request, "phase", list(BY_CODE)):
            rows = rows.filter(phase__in=phases)
        return raw(page_json(request, rows, fields=_SHOWN, order=("-id",)))


class OneProject(Endpoint):
    """1件のサービス案件。"""

    required_scopes = {"GET": "projects:read"}

    @extend_schema(
        operation_id="projects_read",
        summary="1件のサービス案件",
        tags=["サービス案件"],
        responses={200: ProjectOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, project_id: int) -> Response:
        """サービス案件を計画の作業・マイルストーンとともに返します。"""
        found = _projects().filter(pk=project_id).values(*_SHOWN.values()).first()
        if found is None:
            raise Http404
        tasks = Task.objects.filter(project=project_id).order_by("plan_start", "pk")
        milestones = Milestone.objects.filter(project=project_id).order_by("due_on", "pk")
        hours: Decimal = hours_of(found["used"])
        return Response(
            {
                **{name: found[column] for name, column in _SHOWN.items()},
                "phase_label": str(label_of(found["phase"], side="client")),
                "worked_hours": hours,
                "tasks": list(tasks.values(*ProjectTaskOut().fields)),
                "milestones": list(milestones.values(*ProjectMilestoneOut().fields)),
            }
        )
