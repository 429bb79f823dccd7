"""The pages for what went wrong, as a page for people and as JSON for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

RETRY_AFTER = 60
"""Seconds after which a service that was away may be back."""


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _answer(request: HttpRequest, status: int, code: str, message: str, **context: Any) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"error": {"code": code, "message": message}}, status=status)
    return render(request, f"{status}.html", {"message": message, "code": code, **context}, status=status)


def unknown_host(request: HttpRequest) -> HttpResponse:
    """No client has this host name."""
    return _answer(request, 404, "unknown_host", _("このアドレスの画面はありません。アドレスをご確認ください。"))


def inactive_client(request: HttpRequest, name: str) -> HttpResponse:
    """The client's contract rests: said plainly, to people and to programs."""
    message = _("%s のポータルは現在停止中です。再開については担当窓口へお問い合わせください。") % name
    if _wants_json(request):
        return JsonResponse({"error": {"code": "client_inactive", "message": message}}, status=403)
    return render(request, "inactive.html", {"message": message}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (Django's)
    """handler404."""
    return _answer(request, 404, "not_found", _("お探しの画面は見つかりませんでした。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (Django's)
    """handler403."""
    message = _("この操作をする権限がありません。必要な場合は管理者に権限の追加を依頼してください。")
    return _answer(request, 403, "forbidden", message)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django's)
    """CSRF_FAILURE_VIEW: the form is older than the session, or came from elsewhere."""
    message = _(
        "画面を開いてから時間がたったため、送信を受け付けませんでした。画面を開き直してもう一度お試しください。"
    )
    return _answer(request, 403, "csrf_failed", message)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500. Nothing was saved: the request's transaction is undone."""
    message = _("処理中に問題が起きました。入力内容は保存されていません。しばらくしてからもう一度お試しください。")
    return _answer(request, 500, "server_error", message)


def unavailable(request: HttpRequest) -> HttpResponse:
    """A service that this page cannot do without does not answer. Nothing was saved."""
    message = _(
        "一時的にこの操作を受け付けられません。入力内容は保存されていません。1分ほど待ってからもう一度お試しください。"
    )
    response = _answer(request, 503, "unavailable", message)
    response["Retry-After"] = str(RETRY_AFTER)
    return response
