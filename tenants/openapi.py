"""How the API's description speaks of errors: one shape, each status with what it means."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

from tenants.api import required_scope


class ErrorBody(serializers.Serializer[Any]):
    """What went wrong."""

    code = serializers.CharField(help_text="プログラムのための短い語")
    message = serializers.CharField(help_text="人のための文")
    field = serializers.CharField(required=False, help_text="関係する項目")
    details = serializers.JSONField(required=False)


class Error(serializers.Serializer[Any]):
    """The one error shape."""

    error = ErrorBody()


class ScopedSchema(AutoSchema):
    """Describes an operation with the scope that its tokens need, as x-scope."""

    def get_extensions(self) -> dict[str, Any]:
        return {**super().get_extensions(), "x-scope": required_scope(self.view, self.method)}


ERRORS: dict[int, str] = {
    400: "読み取れない内容、または必要なヘッダーがない",
    401: "トークンがない、または使えない",
    403: "トークンにこの操作の権限がない、または取引先が停止中",
    404: "そのIDのものはない",
    409: "同じ Idempotency-Key の処理がまだ終わっていない",
    413: "大きすぎる",
    415: "Content-Type が違う",
    422: "内容に誤りがある、または今の状態ではできない",
    429: "回数の上限を超えた（Retry-After 秒後にもう一度）",
}


def errors(*statuses: int) -> dict[int, OpenApiResponse]:
    """The responses of an endpoint for these statuses."""
    return {status: OpenApiResponse(Error, description=ERRORS[status]) for status in statuses}
