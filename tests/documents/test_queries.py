from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from documents import queries, services
from documents.kinds import KINDS
from documents.models import Document
from documents.queries import Wanted
from tests.conftest import OPERATOR

At = Callable[[str], datetime]
ALL = tuple(KINDS)


def filed(at: datetime, **facts: Any) -> Document:
    usual: dict[str, Any] = {
        "kind": "invoice",
        "title": "請求書",
        "file_name": "a.pdf",
        "content_type": "application/pdf",
    }
    return services.file(**{**usual, **facts}, content=b"%PDF-", actor=OPERATOR, at=at)


@pytest.fixture
def papers(acme: str, at: At) -> dict[str, Document]:
    """Four papers of several dates, amounts and counterparties."""
    now = at("2026-11-02 09:00")
    return {
        "september": filed(now, transaction_date=date(2026, 9, 30), amount=Decimal(1000), counterparty="㈱髙島商店"),
        "october": filed(
            now, transaction_date=date(2026, 10, 31), amount=Decimal(2000), counterparty="青葉物流株式会社"
        ),
        "late": filed(now, transaction_date=date(2026, 11, 1), amount=Decimal(3000), counterparty="青葉物流株式会社"),
        "contract": filed(
            now, kind="contract", title="基本契約", transaction_date=date(2026, 10, 1), counterparty="青葉物流株式会社"
        ),
    }


def names(papers: dict[str, Document], wanted: Wanted) -> set[str]:
    found = set(queries.matching(wanted).values_list("pk", flat=True))
    return {name for name, document in papers.items() if document.pk in found}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"september", "october", "late", "contract"}),
        ({"kind": "contract"}, {"contract"}),
        ({"first": date(2026, 10, 1), "last": date(2026, 10, 31)}, {"october", "contract"}),
        ({"least": Decimal(1000), "most": Decimal(2000)}, {"september", "october"}),
        ({"counterparty": "青葉"}, {"october", "late", "contract"}),
        ({"counterparty": "(株) 高島"}, {"september"}),
        ({"counterparty": "青葉", "least": Decimal(2001), "last": date(2026, 11, 1)}, {"late"}),
        ({"text": "基本"}, {"contract"}),
        ({"text": "請求 青葉"}, {"october", "late"}),
        ({"text": "A.PDF"}, {"september", "october", "late", "contract"}),
        ({"direction": "received"}, set()),
        ({"kind": "receipt"}, set()),
    ],
)
def test_search_by_date_amount_counterparty_and_words_together(
    papers: dict[str, Document], asked: dict[str, Any], found: set[str]
) -> None:
    assert names(papers, Wanted(kinds=ALL, **asked)) == found


def test_a_kind_that_one_may_not_see_is_never_found(papers: dict[str, Document]) -> None:
    assert names(papers, Wanted(kinds=("contract",))) == {"contract"}
    assert names(papers, Wanted(kinds=("contract",), kind="invoice")) == set()
    assert queries.of(papers["october"].pk, ("contract",)) is None


def test_the_newest_versions_are_shown_and_the_older_on_request(papers: dict[str, Document], at: At) -> None:
    newer = filed(at("2026-11-03 09:00"), supersedes=papers["october"])
    gone = papers["september"]
    Document.objects.filter(pk=gone.pk).update(deleted_at=at("2026-11-03 10:00"))
    refused = filed(at("2026-11-03 09:00"), supersedes=papers["late"])
    Document.objects.filter(pk=refused.pk).update(state="rejected", rejection="unscanned")
    papers |= {"newer": newer, "refused": refused}

    def standing(which: str) -> set[str]:
        return names(papers, Wanted(kinds=ALL, standing=which))

    assert standing("current") == {"newer", "late", "contract"}
    assert standing("old") == {"october"}
    assert standing("deleted") == {"september"}
    assert standing("rejected") == {"refused"}
    assert standing("all") == set(papers)


def test_pages_are_newest_first_and_the_sum_is_of_all(papers: dict[str, Document]) -> None:
    first = queries.search(Wanted(kinds=ALL), side="client", size=3)
    rest = queries.search(Wanted(kinds=ALL), side="client", size=3, after=first.page.after)

    assert [row.pk for row in first.rows + rest.rows] == [
        papers[name].pk for name in ("late", "october", "contract", "september")
    ]
    assert (first.count, first.total) == (4, Decimal(6000))
    assert (rest.page.after, bool(rest.page.before)) == ("", True)


def test_without_any_amount_there_is_no_sum(acme: str, at: At) -> None:
    filed(at("2026-11-02 09:00"))
    assert queries.search(Wanted(kinds=ALL), side="client").total is None


def test_what_the_operator_issues_the_client_receives(acme: str, at: At) -> None:
    document = filed(at("2026-11-02 09:00"))
    with translation.override("ja"):
        assert queries.row_of(document, "operator").direction == "発行"
        assert queries.row_of(document, "client").direction == "受領"


def test_a_document_knows_its_versions_and_what_happened_to_it(papers: dict[str, Document], at: At) -> None:
    second = filed(at("2026-11-03 09:00"), supersedes=papers["contract"], kind="contract")
    third = filed(at("2026-11-04 09:00"), supersedes=second, kind="contract")
    for how in (services.VIEWED, services.DOWNLOADED):
        services.read([second], how=how, actor=OPERATOR, at=at("2026-11-05 09:00"))

    with translation.override("ja"):
        detail = queries.detail(second, side="client")

    assert [(version.pk, version.here) for version in detail.versions] == [
        (papers["contract"].pk, False),
        (second.pk, True),
        (third.pk, False),
    ]
    assert (detail.newest, detail.may_be_replaced) == (third.pk, False)
    assert [past.title for past in detail.history] == ["ダウンロードしました", "閲覧しました", "保管しました"]
    assert detail.reads_in_words == "閲覧・ダウンロード 2回（1人）"
    assert queries.detail(third, side="client").may_be_replaced


def test_a_document_costs_three_queries_however_long_its_story(
    papers: dict[str, Document], at: At, django_assert_num_queries: Any
) -> None:
    document = papers["october"]
    for _nth in range(3):
        services.read([document], how=services.VIEWED, actor=OPERATOR, at=at("2026-11-05 09:00"))
    with django_assert_num_queries(3):
        queries.detail(document, side="client")


def test_the_papers_of_an_order_are_found_by_it(acme: str, at: At) -> None:
    mine = filed(at("2026-11-02 09:00"), kind="delivery_note", order_id=7)
    filed(at("2026-11-02 09:00"), order_id=7)
    filed(at("2026-11-02 09:00"), kind="delivery_note", order_id=8)

    assert [row.pk for row in queries.of_order(7, ("delivery_note",), side="client")] == [mine.pk]
