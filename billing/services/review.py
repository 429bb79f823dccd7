"""The client looks at a draft: agrees, or disputes a line; the operator answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.models import Dispute, Invoice
from billing.services.closing import happening
from core.errors import Refused
from core.events import Actor, publish
from core.wording import Sentence, _


@transaction.atomic
def approve(invoice_id: int, *, actor: Actor, at: datetime) -> Invoice:
    """The client agrees with the draft. Refused while a dispute is unanswered, or where it is a draft no more."""
    invoice = _draft(invoice_id)
    if invoice.disputes.filter(answered_at=None).exists():
        raise Refused(_("回答待ちの指摘があるため、まだ承認できません。"), code="disputed")
    invoice.state, invoice.approved_at, invoice.approved_by = Invoice.APPROVED, at, actor.name
    invoice.save(update_fields=["state", "approved_at", "approved_by"])
    publish([happening("invoice.approved", invoice)], actor=actor, at=at)
    return invoice


@transaction.atomic
def dispute(invoice_id: int, charge_code: str, text: str, *, actor: Actor, at: datetime) -> Dispute:
    """The client does not agree with a line. Refused without a reason, or where one is open for that line already."""
    invoice = _draft(invoice_id, also=(Invoice.APPROVED,))
    if not text.strip():
        raise Refused(_("どの点が違うかを書いてください。"), code="empty", field="text")
    if not invoice.lines.filter(charge_code=charge_code).exists():
        raise Refused(_("この明細は請求案にありません。画面を開き直してください。"), code="no_line")
    if invoice.disputes.filter(charge_code=charge_code, answered_at=None).exists():
        raise Refused(_("この明細にはすでに回答待ちの指摘があります。"), code="open_already")
    raised = Dispute.objects.create(
        invoice=invoice, charge_code=charge_code, text=text.strip(), raised_by=actor.name, raised_at=at
    )
    invoice.state, invoice.approved_at, invoice.approved_by = Invoice.DRAFT, None, ""
    invoice.save(update_fields=["state", "approved_at", "approved_by"])
    publish([happening("invoice.disputed", invoice, charge=charge_code, text=raised.text)], actor=actor, at=at)
    return raised


@transaction.atomic
def answer(dispute_id: int, text: str, *, actor: Actor, at: datetime) -> Dispute:
    """The operator answers a dispute. Refused without words, or where it is answered already."""
    raised = Dispute.objects.select_for_update().select_related("invoice").get(pk=dispute_id)
    if raised.answered_at is not None:
        raise Refused(
            Sentence(_("この指摘には %(name)s がすでに回答しています。"), name=raised.answered_by), code="answered"
        )
    if not text.strip():
        raise Refused(_("回答を書いてください。"), code="empty", field="text")
    raised.answer, raised.answered_by, raised.answered_at = text.strip(), actor.name, at
    raised.save(update_fields=["answer", "answered_by", "answered_at"])
    told = happening("invoice.dispute_answered", raised.invoice, charge=raised.charge_code, text=raised.answer)
    publish([told], actor=actor, at=at)
    return raised


def _draft(invoice_id: int, also: tuple[str, ...] = ()) -> Invoice:
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.state not in (Invoice.DRAFT, *also):
        raise Refused(_("この請求はすでに承認または確定されています。"), code="not_a_draft")
    return invoice
