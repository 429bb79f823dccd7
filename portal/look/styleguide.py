"""Every component in every state, on one page: what the look is judged by. Served by portal/look/preview.py alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core import clock
from portal.look.charts import Data, Part

NAMES = (
    "佐藤 美咲",
    "髙橋 健",
    "渡邊 さくら",
    "長谷川 寛太郎",
    "山﨑 由紀子",
    "株式会社とても長い名前の商事北海道営業本部 御担当 鈴木 一郎",
)
STATES = (
    ("受付", "waiting"),
    ("確認中", "moving"),
    ("要対応", "attention"),
    ("遅延", "trouble"),
    ("完了", "done"),
)


SECTIONS = (
    ("ホーム", "home", None),
    ("キュー", "list-check", 214),
    ("取引先", "building", None),
    ("倉庫", "building-warehouse", 38),
    ("締め・請求", "receipt-yen", 3),
    ("書類", "files", None),
    ("設定", "settings", None),
)


class SampleForm(forms.Form):
    """One field of each kind."""

    company = forms.CharField(label="会社名", help_text="登記の名称で入力してください。")
    postcode = forms.CharField(label="郵便番号", max_length=8)
    kind = forms.ChoiceField(label="料金プラン", choices=[("unit", "従量"), ("flat", "定額"), ("both", "定額＋超過")])
    steps = forms.MultipleChoiceField(
        label="委託する作業",
        choices=[("verify", "受注確認"), ("pick", "ピッキング"), ("ship", "出荷")],
        widget=forms.CheckboxSelectMultiple,
    )
    closing = forms.ChoiceField(
        label="締日", choices=[("31", "末日"), ("20", "20日")], widget=forms.RadioSelect, required=False
    )
    minimum = forms.IntegerField(label="月額の最低料金", required=False, min_value=0)
    note = forms.CharField(label="備考", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="内容を確認し、契約書のとおりに相違ありません。")


class UploadForm(forms.Form):
    """A file to drop."""

    file = forms.FileField(label="注文ファイル")


def page(request: HttpRequest) -> HttpResponse:
    """The style guide; `?error=1` answers with the form refused, as a page does."""
    refused = "error" in request.GET
    status = 422 if refused and request.method == "POST" else 200
    query = request.GET.get("q", "")
    context = {**_context(clock.now(), refused), "query": query, "portal": _portal(request)}
    context["orders"] = [order for order in context["orders"] if query in order["buyer"]]
    return render(request, "portal/styleguide.html", context, status=status)


def item(request: HttpRequest) -> HttpResponse:
    """What the side panel opens."""
    return render(request, "portal/styleguide_item.html", {**_times(clock.now()), "portal": _portal(request)})


def search(request: HttpRequest) -> HttpResponse:
    """The fragment that the search dialog shows."""
    query = request.GET.get("q", "")
    return render(request, "portal/styleguide_search.html", {"query": query, "found": [n for n in NAMES if query in n]})


def running(request: HttpRequest, done: int) -> HttpResponse:
    """Progress that goes on by itself and ends."""
    context = {"done": min(100, done), "next": reverse("styleguide_running", args=[done + 20])}
    return render(request, "portal/styleguide_progress.html", context)


def act(request: HttpRequest) -> HttpResponse:
    """A command: by htmx it answers with the item and a toast, otherwise it leads back with a message."""
    messages.success(request, "12件を保留にしました", extra_tags=f"undo={reverse('styleguide_act')}")
    if "away" in request.GET or not getattr(request, "htmx", False):
        return redirect("styleguide")
    return item(request)


def broken(request: HttpRequest) -> HttpResponse:
    """A page that fails the way a real one does."""
    return render(request, "500.html", {"message": "処理中に問題が起きました。"}, status=500)


def _portal(request: HttpRequest) -> dict[str, Any]:
    """The frame's context, as portal/context.py gives it for an operator who looks at a client's things."""
    here = reverse("styleguide")
    return {
        "side": "operator",
        "name": "青葉フルフィルメント株式会社",
        "hue": 3,
        "sections": [
            {"key": icon, "label": label, "url": here, "icon": icon, "count": count, "active": icon == "list-check"}
            for label, icon, count in SECTIONS
        ],
        "person": {"name": "佐藤 美咲", "email": "misaki.sato@example.jp"},
        "languages": settings.LANGUAGES,
        "search_url": reverse("styleguide_search"),
        "accent": request.GET.get("accent", "default"),
    }


def _context(now: datetime, refused: bool) -> dict[str, Any]:
    given = {"company": "株式会社青葉", "postcode": "123", "note": "ギフト包装あり"}
    return {
        **_times(now),
        "form": SampleForm(given) if refused else SampleForm(initial={"steps": ["verify", "ship"]}),
        "refused": refused,
        "refused_form": SampleForm(given),
        "upload": UploadForm(),
        "states": STATES,
        "hues": range(1, 13),
        "orders": list(_orders(now)),
        "total": Decimal("2460380"),
        "parts": _parts(),
        "bars": _chart("bar", [42, 51, 38, 64, 70, 12, 0]),
        "stacked": _stacked(),
        "rates": _rates(),
        "path": _path(),
        "none": None,
        "ratio": 0.985,
    }


def _times(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "soon": now + timedelta(hours=1, minutes=20),
        "warned": now - timedelta(minutes=5),
        "late": now - timedelta(minutes=35),
        "tomorrow": now + timedelta(days=1, hours=4),
        "far": now + timedelta(days=12),
        "minutes_ago": now - timedelta(minutes=3),
        "days_ago": now - timedelta(days=5),
        "last_year": datetime(2025, 11, 21, 5, 5, tzinfo=UTC),
        "month": (datetime(2026, 10, 31, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC)),
        "long_time": timedelta(days=3, hours=4, minutes=10),
    }


def _orders(now: datetime) -> Iterable[dict[str, Any]]:
    for number in range(12):
        label, tone = STATES[number % len(STATES)]
        yield {
            "pk": number + 1,
            "number": f"NE-2026{1100 + number}",
            "buyer": NAMES[number % len(NAMES)],
            "placed_at": now - timedelta(hours=5 * number, minutes=7),
            "total": Decimal(1980 * (number * number + 1)),
            "units": number + 1,
            "state": label,
            "tone": tone,
            "due_at": now + timedelta(minutes=80 - 55 * number) if tone != "done" else now + timedelta(hours=1),
            "done_at": now if tone == "done" else None,
            "hue": number % 12 + 1,
        }


def _parts() -> list[Part]:
    return [
        {"label": "受付", "value": 320, "tone": "waiting", "url": "?phase=received"},
        {"label": "出荷準備中", "value": 214, "tone": "moving"},
        {"label": "確認中", "value": 38, "tone": "attention"},
        {"label": "保留", "value": 7, "tone": "trouble"},
        {"label": "完了", "value": 1434, "tone": "done"},
    ]


def _chart(kind: str, values: list[int]) -> Data:
    days = [f"11/{n}" for n in range(15, 22)]
    series = [{"name": "出荷", "values": values}]
    return {"kind": kind, "categories": days, "series": series, "unit": "件", "category": "日", "goal": 60}  # type: ignore[typeddict-item]


def _stacked() -> Data:
    return {
        "kind": "stacked",
        "categories": ["8月", "9月", "10月", "11月"],
        "series": [
            {"name": "基本料金", "values": [Decimal(50000)] * 4},
            {"name": "出荷作業", "values": [182000, 203500, 241200, 98000]},
            {"name": "保管", "values": [64000, 64000, 71000, 33000]},
        ],
        "unit": "¥",
        "category": "月",
    }


def _rates() -> Data:
    return {
        "kind": "line",
        "categories": ["6月", "7月", "8月", "9月", "10月", "11月"],
        "series": [
            {"name": "受注確認 4時間以内", "values": [98.2, 97.5, 99.1, 99.4, None, 98.9]},
            {"name": "当日出荷", "values": [95.0, 93.8, 96.2, 97.7, 97.9, 96.4], "tone": "done"},
        ],
        "unit": "%",
        "category": "月",
        "goal": 95,
    }


def _path() -> list[dict[str, Any]]:
    return [
        {"label": "受付", "state": "done", "note": "11/20(金) 10:12"},
        {"label": "確認", "state": "done", "note": "11/20(金) 11:03"},
        {"label": "出荷準備", "state": "now", "note": "今日 17:00 まで"},
        {"label": "出荷", "state": "next"},
        {"label": "お届け", "state": "next", "note": "11/23(月)"},
    ]
