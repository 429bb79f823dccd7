"""What is counted of service projects."""

from __future__ import annotations

from billing.meters.meter import Meter
from core.wording import _

_NOT_TAKEN_BACK = (
    "NOT EXISTS (SELECT FROM core_event w WHERE w.name = 'project.work_undone' AND w.subject_kind = 'project'"
    " AND w.subject_id = e.subject_id AND w.data->>'work_id' = e.data->>'work_id')"
)

METERS = (
    Meter("milestones", _("検収済みマイルストーン"), _("件"), "project.accepted"),
    Meter(
        "milestone_value",
        _("検収済みの金額（税抜）"),
        _("円"),
        "project.accepted",
        quantity="coalesce((e.data->>'amount')::numeric, 0)",
    ),
    Meter(
        "work_hours",
        _("サービス案件の作業時間"),
        _("時間"),
        "project.worked",
        quantity="round(coalesce((e.data->>'minutes')::numeric, 0) / 60, 2)",
        where=_NOT_TAKEN_BACK,
    ),
)
