"""Finalising takes a number and fixes the paper; issuing makes the PDF and files it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import connection, transaction

from billing.models import Invoice, InvoiceLine
from billing.pricing import Part
from billing.series.models import Issuer
from billing.services.closing import happening, terms_for
from core import scope
from core.errors import Refused
from core.events import Actor, publish
from core.periods import local_day
from core.wording import Sentence, _
from documents import services as documents
from documents.models import Document
from documents.papers import invoice as paper
from documents.typesetting import compile_paper
from tenants.queries import client_of_code


@transaction.atomic
def finalise(invoice_id: int, *, actor: Actor, at: datetime) -> Invoice:
    """Fix an approved draft for good: gapless number, issuer and recipient as they are now.

    Refused while something is unrated or disputed, or where the client has not agreed. Doing it twice changes nothing:
    the lock is taken before the look, so two at once take one number.
    """
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.state in (Invoice.FINAL, Invoice.ISSUED):
        return invoice
    _check_ready(invoice)
    invoice.number = _next_number("invoice", f"{local_day(at):%Y}")
    invoice.issuer = _issuer()
    invoice.issued_on = local_day(at)
    invoice.state, invoice.finalised_at, invoice.finalised_by = Invoice.FINAL, at, actor.name
    invoice.recipient = _recipient(invoice)
    invoice.save()
    publish([happening("invoice.finalised", invoice)], actor=actor, at=at)
    return invoice


def _check_ready(invoice: Invoice) -> None:
    if invoice.unrated:
        text = _("料金が決まっていない実績が%(count)s種類あります。料金表を直して請求案を作り直してください。")
        raise Refused(Sentence(text, count=len(invoice.unrated)), code="unrated")
    if invoice.disputes.filter(answered_at=None).exists():
        raise Refused(_("回答していない指摘があります。回答してから確定してください。"), code="disputed")
    if invoice.state != Invoice.APPROVED:
        raise Refused(_("取引先の承認がまだです。承認されてから確定してください。"), code="not_approved")


def _next_number(kind: str, period: str) -> str:
    """The next number of the series, without gaps: the row stays locked until the invoice is committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public.series_series (kind, period, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (kind, period) DO UPDATE SET last = series_series.last + 1 RETURNING last",
            [kind, period],
        )
        last = cursor.fetchone()[0]
    return f"INV-{period}-{last:05d}"


def _issuer() -> dict[str, Any]:
    issuer = Issuer.objects.order_by("pk").first()
    if issuer is None:
        raise Refused(_("請求書の発行者情報がありません。管理画面で登録してください。"), code="no_issuer")
    return {
        "name": issuer.name,
        "registration": issuer.registration,
        "postcode": issuer.postcode,
        "address": [issuer.address],
        "phone": issuer.phone,
        "email": issuer.email,
        "accounts": issuer.accounts,
        "payment_note": issuer.payment_note,
    }


def _recipient(invoice: Invoice) -> dict[str, Any]:
    contract = terms_for(invoice.period_start).contract
    if contract.recipient.get("name"):
        return dict(contract.recipient)
    client = client_of_code(scope.current_client())
    return {"name": client.name if client else ""}


def issue(invoice_id: int, *, actor: Actor, at: datetime) -> Document:
    """Make the paper of a finalised invoice, file it and say so. Doing it again returns the paper there is."""
    with transaction.atomic():
        invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
        if invoice.state == Invoice.ISSUED:
            return Document.objects.get(invoice_id=invoice.pk, kind="invoice")
        if invoice.state != Invoice.FINAL:
            raise Refused(_("確定していない請求は発行できません。"), code="not_final")
        document = documents.file(
            kind="invoice",
            title=f"請求書 {invoice.number}",
            file_name=f"{invoice.issued_on:%Y%m%d}_{invoice.issuer['name']}_{invoice.total}.pdf",
            content=compile_paper(paper.TEMPLATE, dict(paper_data(invoice)), issued_at=invoice.finalised_at or at),
            content_type="application/pdf",
            transaction_date=invoice.issued_on,
            amount=invoice.total,
            counterparty=invoice.issuer["name"],
            invoice_id=invoice.pk,
            actor=actor,
            at=at,
        )
        invoice.state, invoice.document_id = Invoice.ISSUED, document.pk
        invoice.save(update_fields=["state", "document_id"])
        publish([happening("invoice.issued", invoice, document=document.pk)], actor=actor, at=at)
        return document


def paper_data(invoice: Invoice) -> paper.Invoice:
    """What the paper says, from the invoice's own frozen data."""
    issuer = dict(invoice.issuer)
    accounts = issuer.pop("accounts", [])
    note = issuer.pop("payment_note", "")
    last = invoice.period_end.fromordinal(invoice.period_end.toordinal() - 1)
    return paper.Invoice(
        number=invoice.number or "",
        issued_on=invoice.issued_on or invoice.period_end,
        subject=f"受注代行・物流業務 {invoice.plan}（{last:%Y年%m月}締め分）",
        recipient=cast(paper.Recipient, invoice.recipient),
        issuer=cast(paper.Issuer, issuer),
        period=paper.Period(first=invoice.period_start, last=last),
        due_on=invoice.due_on,
        lines=[_paper_line(line) for line in invoice.lines.all()],
        breakdown=[paper.TaxGroup(rate=b["rate"], base=b["base"], tax=b["tax"]) for b in invoice.breakdown],
        tax_included=False,
        subtotal=int(invoice.subtotal),
        tax=int(invoice.tax),
        total=int(invoice.total),
        accounts=accounts,
        payment_note=note,
    )


def _paper_line(line: InvoiceLine) -> paper.Line:
    note = str(Sentence(_("前期以前の実績%(count)s件を含みます。"), count=line.late)) if line.late else ""
    return paper.Line(
        description=line.description,
        amount=line.amount,
        rate=line.tax_rate,
        quantity=_trimmed(line.quantity),
        unit=line.unit,
        unit_price=None if line.unit_price is None else _trimmed(line.unit_price),
        reduced=line.tax_rate == 8,
        note=note,
        because=[_step(Part.from_json(step), line.unit) for step in line.steps],
    )


def _step(part: Part, unit: str) -> paper.Step:
    return paper.Step(
        label=str(part.text), quantity=part.quantity, unit=unit, unit_price=part.unit_price, amount=part.amount
    )


def _trimmed(number: Decimal) -> Decimal:
    """Without the zeros that the column's scale adds."""
    return Decimal(int(number)) if number == int(number) else number.normalize()
