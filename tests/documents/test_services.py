from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

from core import tasks
from core.errors import Refused
from core.jobs.models import Job
from core.models import Event
from documents import services
from documents.models import Document
from documents.ports import ScannerAway
from documents.tasks import UNCHECKED_AFTER, check_waiting
from tenants.models import AccessLog
from tests.conftest import OPERATOR
from tests.documents.conftest import EICAR

At = Callable[[str], datetime]
PDF = b"%PDF-1.7 body %%EOF"


def filed(at: datetime, **facts: Any) -> Document:
    usual: dict[str, Any] = {
        "kind": "invoice",
        "title": "2026年10月分請求書",
        "file_name": "請求書.pdf",
        "content": PDF,
        "content_type": "application/pdf",
    }
    return services.file(**{**usual, **facts}, actor=OPERATOR, at=at)


def uploaded(at: datetime, content: bytes = PDF, **facts: Any) -> Document:
    usual: dict[str, Any] = {"file_name": "契約書.pdf", "kind": "contract", "title": "", "counterparty": "青葉"}
    return services.upload(io.BytesIO(content), **{**usual, **facts}, actor=OPERATOR, at=at)


def told(document: Document) -> list[str]:
    events = Event.objects.filter(subject_kind="document", subject_id=document.pk)
    return list(events.order_by("id").values_list("name", flat=True))


def test_a_filed_document_can_be_opened_and_says_so(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"), transaction_date=date(2026, 10, 31))

    with services.open_content(document) as content:
        assert content.read() == PDF
    assert document.storage_key.startswith("acme/")
    assert document.retain_until == date(2038, 1, 31)
    assert told(document) == ["document.filed"]


def test_a_file_that_is_not_what_it_claims_is_refused_and_leaves_nothing(acme: str, at: At) -> None:
    with pytest.raises(Refused) as refused:
        uploaded(at("2026-11-02 09:00"), b"<html>")
    assert (refused.value.code, refused.value.field) == ("mismatch", "file")
    assert not Document.objects.exists()


def test_a_file_beyond_the_limit_is_refused_by_its_size(acme: str, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.keeping, "LARGEST", 1024 * 1024)
    with pytest.raises(Refused, match=r"2 MB.*1 MB以下"):
        uploaded(at("2026-11-02 09:00"), PDF + bytes(1024 * 1024))


def test_a_tax_paper_without_its_counterparty_is_refused(acme: str, at: At) -> None:
    with pytest.raises(Refused) as refused:
        uploaded(at("2026-11-02 09:00"), counterparty="")
    assert refused.value.field == "counterparty"


def test_a_new_version_follows_the_newest_one_only(acme: str, at: At) -> None:
    first = uploaded(at("2026-11-02 09:00"))
    second = uploaded(at("2026-11-03 09:00"), PDF + b" ", supersedes_id=first.pk)

    assert second.supersedes_id == first.pk
    with pytest.raises(Refused, match="すでに新しい版"):
        uploaded(at("2026-11-04 09:00"), supersedes_id=first.pk)


@pytest.fixture
def scanned(settings: Settings, clamd: str) -> str:
    """A scanner is configured."""
    settings.CLAMAV_URL = clamd
    return clamd


def test_an_upload_waits_until_it_was_looked_at(acme: str, at: At, scanned: str) -> None:
    document = uploaded(at("2026-11-02 09:00"))
    with pytest.raises(Refused, match="検査が終わっていない"):
        services.open_content(document)
    job = Job.objects.get(task="documents.tasks.check")

    assert tasks.run(job.pk)

    document.refresh_from_db()
    assert document.state == Document.READY
    assert told(document) == ["document.received", "document.filed"]


def test_what_is_infected_is_dropped_and_the_person_is_told_why(acme: str, at: At, scanned: str) -> None:
    document = uploaded(at("2026-11-02 09:00"), EICAR, file_name="memo.txt", kind="other")

    services.check(document.pk, at=at("2026-11-02 09:01"))

    document.refresh_from_db()
    assert (document.state, document.rejection) == ("rejected", "infected Eicar-Own.UNOFFICIAL")
    assert not services.store().exists(document.storage_key)
    assert told(document)[-1] == "document.rejected"
    with pytest.raises(Refused, match="受け取れなかった"):
        services.open_content(document)


def test_a_rejected_version_leaves_its_place_to_the_next(acme: str, at: At, scanned: str) -> None:
    first = filed(at("2026-11-02 09:00"), kind="other")
    bad = uploaded(at("2026-11-02 09:00"), EICAR, file_name="memo.txt", kind="other", supersedes_id=first.pk)
    services.check(bad.pk, at=at("2026-11-02 09:01"))

    assert uploaded(at("2026-11-02 09:02"), supersedes_id=first.pk).supersedes_id == first.pk


def test_while_the_scanner_is_away_nothing_is_decided(acme: str, at: At, scanned: str, settings: Settings) -> None:
    document = uploaded(at("2026-11-02 09:00"))
    settings.CLAMAV_URL = "unix:///nowhere/clamd.sock"
    with pytest.raises(ScannerAway):
        services.check(document.pk, at=at("2026-11-02 09:01"))
    document.refresh_from_db()
    assert document.state == Document.QUARANTINE


def test_what_waits_for_long_is_looked_at_again(acme: str, at: At, scanned: str) -> None:
    document = uploaded(at("2026-11-02 09:00"))
    Document.objects.update(created_at=document.created_at - UNCHECKED_AFTER - timedelta(days=30))

    check_waiting()

    document.refresh_from_db()
    assert document.state == Document.READY


def test_every_look_is_noted_for_each_document_and_once_in_the_access_log(acme: str, at: At) -> None:
    documents = [filed(at("2026-11-02 09:00")), filed(at("2026-11-02 09:00"))]

    services.read(documents, how=services.ARCHIVED, actor=OPERATOR, at=at("2026-11-03 10:00"))

    for document in documents:
        assert told(document) == ["document.filed", "document.read"]
    line = AccessLog.objects.get(action="document.archived")
    assert (line.client, line.actor_name) == ("acme", OPERATOR.name)
    assert line.data == {"documents": 2}


def test_an_archive_brings_an_index_and_names_that_speak(acme: str, at: At) -> None:
    facts = {"transaction_date": date(2026, 10, 31), "amount": Decimal(110000), "counterparty": "青葉/商店"}
    paper = filed(at("2026-11-02 09:00"), **facts)
    other = filed(at("2026-11-03 09:00"), kind="other", title="=1+1", file_name="写真.PNG")
    gone = filed(at("2026-11-03 09:00"))
    Document.objects.filter(pk=gone.pk).update(deleted_at=at("2026-11-03 10:00"))

    pieces = services.archive(Document.objects.all(), side="client", actor=OPERATOR, at=at("2026-11-04 09:00"))
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        index = list(csv.reader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
        names = archive.namelist()
        assert archive.read(names[1]) == PDF

    assert names == ["index.csv", f"20261031_青葉_商店_110000_{paper.pk}.pdf", f"20261103_その他_{other.pk}.png"]
    assert index[1][3:8] == ["2026-10-31", "青葉/商店", "110000", "2026年10月分請求書", names[1]]
    assert index[2][6] == "'=1+1"
    assert told(gone) == ["document.filed"]


def test_an_archive_of_nothing_or_of_too_much_is_refused(acme: str, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="開ける書類がありません"):
        services.archive(Document.objects.all(), side="client", actor=OPERATOR, at=at("2026-11-04 09:00"))

    for _nth in range(2):
        filed(at("2026-11-02 09:00"))
    monkeypatch.setattr(services.keeping, "ARCHIVE_MOST", 1)
    with pytest.raises(Refused, match="1件、4 GBまで"):
        services.archive(Document.objects.all(), side="client", actor=OPERATOR, at=at("2026-11-04 09:00"))
    assert not Event.objects.filter(name="document.read").exists()


def test_a_tax_paper_is_not_deleted_before_its_time(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    early = services.delete([document.pk], actor=OPERATOR, at=at("2038-02-01 23:59"))
    assert "2038-02-02" in str(early.refused[document.pk])

    services.delete([document.pk], actor=OPERATOR, at=at("2038-02-02 00:00")).sole()

    with pytest.raises(Refused, match="削除されました"):
        services.open_content(Document.objects.get(pk=document.pk))
    assert not services.store().exists(document.storage_key)


def test_legal_hold_outlasts_the_retention(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    services.set_legal_hold([document.pk], on=True, actor=OPERATOR, at=at("2026-11-03 09:00"))

    held = services.delete([document.pk], actor=OPERATOR, at=at("2040-01-01 00:00"))

    assert held.refused[document.pk].code == "legal_hold"
    assert services.delete_expired(at=at("2040-01-01 00:00")) == 0
    services.set_legal_hold([document.pk], on=False, actor=OPERATOR, at=at("2040-01-02 00:00"))
    assert services.delete_expired(at=at("2040-01-02 01:00")) == 1
    assert told(document)[1:] == ["document.hold_placed", "document.hold_lifted", "document.deleted"]


def test_a_hold_that_is_there_already_is_not_told_again_and_none_is_put_on_what_is_gone(acme: str, at: At) -> None:
    document, gone = filed(at("2026-11-02 09:00")), filed(at("2026-11-02 09:00"))
    Document.objects.filter(pk=gone.pk).update(deleted_at=at("2026-11-02 10:00"))
    for _twice in range(2):
        outcome = services.set_legal_hold([document.pk, gone.pk], on=True, actor=OPERATOR, at=at("2026-11-03 09:00"))

    assert outcome.done == {document.pk}
    assert set(outcome.refused) == {gone.pk}
    assert told(document) == ["document.filed", "document.hold_placed"]


def test_only_what_is_over_is_deleted_by_itself(acme: str, at: At) -> None:
    over = filed(at("2026-11-02 09:00"), kind="other")
    kept = filed(at("2026-11-02 09:00"), kind="report")

    assert services.delete_expired(at=at("2029-11-02 02:43")) == 1
    assert services.delete_expired(at=at("2029-11-02 02:43")) == 0

    assert not services.store().exists(over.storage_key)
    assert services.store().exists(kept.storage_key)


@pytest.mark.parametrize(
    ("endpoint", "public", "host"),
    [
        ("http://s3:8333", "", ""),
        ("http://s3:8333", "https://files.example.jp", "https://files.example.jp/"),
        ("", "", "https://papers.s3."),
    ],
)
def test_browsers_are_sent_to_the_store_only_where_they_can_reach_it(
    acme: str, at: At, monkeypatch: pytest.MonkeyPatch, endpoint: str, public: str, host: str
) -> None:
    document = filed(at("2026-11-02 09:00"))
    s3 = {**django_settings.S3, "bucket": "papers", "access_key": "a", "secret_key": "s"}
    monkeypatch.setattr(django_settings, "S3", {**s3, "endpoint_url": endpoint, "public_endpoint_url": public})
    services.store.cache_clear()
    try:
        link = services.download_link(document)
    finally:
        services.store.cache_clear()

    assert link.startswith(host)
    assert bool(host) == bool(link)
    assert not link or ("X-Amz-Expires=60" in link and "filename%2A%3D" in link)
