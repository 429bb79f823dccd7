from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime

import pytest

from core.errors import Refused
from core.models import Event
from documents import services
from documents.models import Document
from tests.conftest import OPERATOR

At = Callable[[str], datetime]


def filed(at: datetime, **facts: object) -> Document:
    return services.file(
        kind="invoice",
        title="2026年10月分請求書",
        file_name="請求書.pdf",
        content=b"%PDF-1.7 body",
        content_type="application/pdf",
        actor=OPERATOR,
        at=at,
        **facts,  # type: ignore[arg-type]
    )


def test_a_filed_document_can_be_opened_and_says_so(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"), transaction_date=date(2026, 10, 31))

    with services.open_content(document) as content:
        assert content.read() == b"%PDF-1.7 body"
    assert document.storage_key.startswith("acme/")
    assert document.retain_until == date(2036, 10, 31)
    assert Event.objects.get(name="document.filed").subject_id == document.pk


def test_a_file_that_is_not_what_it_claims_is_refused_and_leaves_nothing(acme: str, at: At) -> None:
    with pytest.raises(Refused) as refused:
        services.upload(
            io.BytesIO(b"<html>"),
            file_name="契約書.pdf",
            kind="contract",
            title="",
            actor=OPERATOR,
            at=at("2026-11-02 09:00"),
        )
    assert refused.value.code == "mismatch"
    assert not Document.objects.exists()


def test_a_tax_paper_is_not_deleted_before_its_time(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    with pytest.raises(Refused, match="2036-11-02"):
        services.delete(document.pk, actor=OPERATOR, at=at("2036-11-01 23:59"))

    services.delete(document.pk, actor=OPERATOR, at=at("2036-11-02 00:00"))

    with pytest.raises(Refused, match="削除されました"):
        services.open_content(Document.objects.get(pk=document.pk))


def test_legal_hold_outlasts_the_retention(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    Document.objects.filter(pk=document.pk).update(legal_hold=True)
    with pytest.raises(Refused, match="法的保全"):
        services.delete(document.pk, actor=OPERATOR, at=at("2040-01-01 00:00"))
