"""The API for invoices: those that were issued, on the client's own host."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Invoice
from core import clock
from core.json_lists import LARGEST_PAGE, PAGE, page_json
from core.rest import Endpoint, raw
from documents import services as documents
from documents.models import Document
from tenants.api import actor_of
from tenants.openapi import errors

_SHOWN = (
    "id", "number", "period_start", "period_end", "issued_on", "due_on", "plan", "subtotal", "tax", "total",
)  # fmt: skip
FIELDS = {name: name for name in _SHOWN}
_LINE = ("position", "charge_code", "description", "quantity", "unit", "unit_price", "amount", "tax_rate")


class InvoiceRow(serializers.Serializer[Any]):
    """請求書。期間は period_start を含み、period_end を含みません。"""

    id = serializers.IntegerField()
    number = serializers.CharField(help_text="請求書番号")
    period_start = serializers.DateField()
    period_end = serializers.DateField()
    issued_on = serializers.DateField()
    due_on = serializers.DateField(help_text="支払期日")
    plan = serializers.CharField()
    subtotal = serializers.DecimalField(max_digits=14, decimal_places=0, help_text="税抜（円）")
    tax = serializers.DecimalField(max_digits=14, decimal_places=0)
    total = serializers.DecimalField(max_digits=14, decimal_places=0, help_text="税込（円）")


class InvoicePage(serializers.Serializer[Any]):
    """請求書の1ページ。"""

    data = InvoiceRow(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")


class InvoiceLineOut(serializers.Serializer[Any]):
    """請求の明細。"""

    position = serializers.IntegerField()
    charge_code = serializers.CharField()
    description = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    unit = serializers.CharField(allow_blank=True)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    amount = serializers.DecimalField(max_digits=14, decimal_places=0, help_text="税抜（円）")
    tax_rate = serializers.IntegerField()


class TaxOut(serializers.Serializer[Any]):
    """税率ごとの対象額と消費税。"""

    rate = serializers.IntegerField()
    base = serializers.DecimalField(max_digits=14, decimal_places=0)
    tax = serializers.DecimalField(max_digits=14, decimal_places=0)


class InvoiceOut(InvoiceRow):
    """請求書のすべて。"""

    lines = InvoiceLineOut(many=True)
    breakdown = TaxOut(many=True)
    pdf = serializers.CharField(help_text="PDFのアドレス。同じトークンで開きます")


def _issued() -> QuerySet[Invoice]:
    return Invoice.objects.filter(state=Invoice.ISSUED)


def _invoice(invoice_id: int) -> Invoice:
    found = _issued().filter(pk=invoice_id).first()
    if found is None:
        raise Http404
    return found


class Invoices(Endpoint):
    """請求書の一覧。"""

    required_scopes = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoices_list",
        summary="請求書の一覧",
        tags=["請求書"],
        parameters=[
            OpenApiParameter("cursor", str, description="前のページの next"),
            OpenApiParameter("limit", int, description=f"1～{LARGEST_PAGE}（既定 {PAGE}）"),
        ],
        responses={200: InvoicePage, **errors(401, 403, 422, 429)},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """発行された請求書を新しい期間から順に返します。"""
        return raw(page_json(request, _issued(), fields=FIELDS, order=("-period_start", "-id")))


class OneInvoice(Endpoint):
    """1件の請求書。"""

    required_scopes = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoices_read",
        summary="1件の請求書",
        tags=["請求書"],
        responses={200: InvoiceOut, **errors(401, 403, 404, 429)},
    )
    def get(self, request: Request, invoice_id: int) -> Response:
        """請求書を明細・税率ごとの内訳とともに返します。"""
        invoice = _invoice(invoice_id)
        return Response(
            {
                **{name: getattr(invoice, name) for name in _SHOWN},
                "lines": list(invoice.lines.values(*_LINE)),
                "breakdown": [{"rate": b["rate"], "base": b["base"], "tax": b["tax"]} for b in invoice.breakdown],
                "pdf": request.build_absolute_uri(f"{request.path}/pdf"),
            }
        )


class InvoicePdf(Endpoint):
    """請求書のPDF。"""

    required_scopes = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoices_pdf",
        summary="請求書のPDF",
        tags=["請求書"],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **errors(401, 403, 404, 422, 429)},
    )
    def get(self, request: Request, invoice_id: int) -> HttpResponseBase:
        """請求書のPDFを返します。開いたことは記録されます。"""
        paper = Document.objects.filter(pk=_invoice(invoice_id).document_id or 0).first()
        if paper is None:
            raise Http404
        documents.read([paper], how=documents.DOWNLOADED, actor=actor_of(request), at=clock.now())
        content = documents.open_content(paper)
        return FileResponse(content, as_attachment=True, filename=paper.file_name, content_type=paper.content_type)
