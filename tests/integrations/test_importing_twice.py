"""Importing a file twice changes nothing, in whatever form it comes the second time."""

from __future__ import annotations

import csv
import functools
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from django.db import connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core import scope
from core.models import Event
from integrations.channels.amazon.sample import UNSHIPPED
from integrations.channels.nextengine.sample import SHOP as NEXTENGINE
from integrations.channels.samples import Order, Shop, _dirtied, plan
from integrations.channels.yahoo.sample import PACKED, as_pair
from integrations.models import Notice
from orders.models import Channel, Difference, FileFormat, FormatVersion, Intake
from orders.models import Order as Stored
from orders.services import intake as receiving
from tenants import services as tenants
from tests.conftest import OPERATOR
from tests.factories import own_layout
from tests.factories.workbooks import workbook
from tests.integrations.test_channels import SHOPS

FORMS: dict[str, Shop] = {
    **SHOPS,
    "amazon-unshipped": UNSHIPPED,
    "yahoo-packed": PACKED,
    "nextengine-35": replace(NEXTENGINE, header=NEXTENGINE.header[:35]),
}
POOL, MOST = 60, 8
AT = datetime(2026, 11, 2, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
WRITTEN_ANEW = {"orders_intake", "orders_refusedrow", "core_event", "documents_document"}
"""Tables that say that a file came, whatever was in it."""


@dataclass(frozen=True)
class Form:
    """How a file is written.

    orders: which of the pool, in which order; columns: their order; twice: a column that stands there a second time;
    parts: over how many files the orders are spread; woven: the rows of an order do not stand together.
    """

    orders: list[int]
    columns: list[int]
    twice: int
    encoding: Literal["cp932", "utf-8", "utf-8-sig"]
    kind: Literal["csv", "tsv", "xlsx"]
    line_end: Literal["\r\n", "\n"]
    parts: int
    woven: bool


@functools.cache
def pool(name: str) -> list[list[list[str]]]:
    """The rows of made-up orders, dirt included. Rows that are cut short have no columns to be put in another order."""
    shop = FORMS[name]
    planned = [o for o in plan(shop, orders=POOL, seed=5, month="2026-10") if o.error != "too_few_columns"]
    together: dict[str, list[Order]] = {}
    for order in planned:
        together.setdefault(shop.write(order)[0][shop.number_column], []).append(order)
    # What stands under one number stays in one file: over two files the first would be an order, and the second news.
    return [[row for order in same for row in cells_of(shop, order)] for same in together.values()]


def cells_of(shop: Shop, order: Order) -> list[list[str]]:
    """The rows of an order with its dirt; one that is packed into a single row has no row for its dirt to go into."""
    rows = shop.write(order)
    if len(rows) < len(order.lines):
        return [[row.get(name, "") for name in shop.header] for row in rows]
    return _dirtied(shop, order, rows)


def files(name: str, form: Form) -> Iterator[tuple[str, bytes]]:
    """The files of this form, each with its name."""
    shop = FORMS[name]
    places = [*form.columns, form.twice]
    for part in range(form.parts):
        together = [pool(name)[nth] for nth in form.orders[part :: form.parts]]
        by_place = [row for abreast in itertools.zip_longest(*together) for row in abreast if row is not None]
        rows = by_place if form.woven else [row for of_order in together for row in of_order]
        if rows:
            cells = [[row[place] for place in places] for row in [list(shop.header), *rows]]
            yield f"{part}.{form.kind}", written(cells, form)


def written(cells: Sequence[Sequence[str]], form: Form) -> bytes:
    if form.kind == "xlsx":
        return workbook({"説明": [["この帳票について"]], "受注": cells})
    text = io.StringIO()
    separator = "\t" if form.kind == "tsv" else ","
    csv.writer(text, delimiter=separator, lineterminator=form.line_end).writerows(cells)
    try:
        return text.getvalue().encode(form.encoding)
    except UnicodeEncodeError:
        return text.getvalue().encode()


def forms(name: str, chosen: st.SearchStrategy[list[int]]) -> st.SearchStrategy[Form]:
    width = len(FORMS[name].header)
    return st.builds(
        Form,
        chosen,
        st.permutations(range(width)),
        st.integers(0, width - 1),
        st.sampled_from(["cp932", "utf-8", "utf-8-sig"]),
        st.sampled_from(["csv", "tsv"]),
        st.sampled_from(["\r\n", "\n"]),
        st.integers(1, 2),
        st.booleans(),
    )


def bring(channel: Channel, name: str, data: bytes, *, preview: bool = False, at: datetime = AT) -> Intake:
    """Send a file and have it taken, without or with a look at it before."""
    arrived = receiving.submit(channel, file_name=name, data=data, preview=preview, actor=OPERATOR, at=at)
    if preview:
        receiving.check(arrived.pk, at=at)
        receiving.take(arrived.pk, whole=False, actor=OPERATOR, at=at)
    return receiving.run(arrived.pk, at=at)


def everything() -> Mapping[str, str]:
    """What stands in every table of the client that is not about the file itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        tables = [table for (table,) in cursor.fetchall() if table not in WRITTEN_ANEW]
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()[0]
    assert {"orders_order", "orders_line", "orders_difference", "integrations_notice", "sla_clock"} <= found.keys()
    return found


def told() -> list[tuple[Any, ...]]:
    """What the record tells of anything but that files came."""
    files = Q(name__startswith="intake.") | Q(name="document.filed")
    return list(Event.objects.exclude(files).order_by("id").values_list("id", "name"))


@pytest.fixture
def mall(live_acme: str) -> str:
    """acme, live, with its own layouts mapped."""
    for code, profile in own_layout.PROFILES.items():
        own = FileFormat.objects.create(code=code, name="自社", current=1)
        definition = {**own_layout.DEFINITION, "carry_forward": profile.carry_forward}
        FormatVersion.objects.create(format=own, version=1, definition=definition, made_at=AT, made_by="x")
    return live_acme


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_second_import_changes_nothing(mall: str, name: str) -> None:
    channel = Channel.objects.create(
        code=name, name=name, profile=FORMS[name].channel, takes=["address", "dates", "notes"]
    )

    @settings(
        max_examples=3,
        deadline=None,
        phases=[Phase.reuse, Phase.generate],  # each try is an import: what failed is small enough to be looked at
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(st.data())
    def comes_twice(data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.integers(0, len(pool(name)) - 1), min_size=1, max_size=MOST, unique=True))
        first = data.draw(forms(name, st.just(chosen)))
        second = data.draw(forms(name, st.permutations(chosen)))
        with scope.client(mall), transaction.atomic():
            _comes_twice(channel, files(name, first), files(name, second), preview=data.draw(st.booleans()))
            transaction.set_rollback(True)

    comes_twice()


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_text_file_that_comes_again_as_a_workbook_changes_nothing(mall: str, name: str) -> None:
    channel = Channel.objects.create(code=name, name=name, profile=FORMS[name].channel)
    columns = list(range(len(FORMS[name].header)))
    text = Form(list(range(MOST)), columns, 0, "utf-8", "csv", "\r\n", 1, woven=False)
    book = replace(text, orders=text.orders[::-1], columns=columns[::-1], kind="xlsx", woven=True)
    _comes_twice(channel, files(name, text), files(name, book), preview=False)


def _comes_twice(
    channel: Channel, first: Iterator[tuple[str, bytes]], second: Iterator[tuple[str, bytes]], *, preview: bool
) -> None:
    came = [bring(channel, *file) for file in first]
    assert [(one.state, one.error) for one in came if one.state != Intake.DONE] == []
    new, refused = sum(one.orders_new for one in came), sum(one.orders_refused for one in came)
    assert Stored.objects.count() == new
    assert new + refused > 0
    before, record = everything(), told()
    Intake.objects.update(sha256="")  # the same bytes again would be refused at the door
    again = [bring(channel, *file, preview=preview, at=LATER) for file in second]
    assert [(one.state, one.error) for one in again if one.state != Intake.DONE] == []
    assert list(Difference.objects.values_list("number", "field", "before", "after")) == []
    assert sum(one.orders_new + one.orders_changed for one in again) == 0
    assert (sum(one.orders_known for one in again), sum(one.orders_refused for one in again)) == (new, refused)
    assert told() == record
    assert everything() == before


def test_the_two_files_of_a_pair_may_come_again_as_one_and_the_one_as_two(mall: str) -> None:
    channel = Channel.objects.create(code="yahoo", name="ヤフー", profile="yahoo")
    form = Form(list(range(MOST)), list(range(len(SHOPS["yahoo"].header))), 0, "cp932", "csv", "\r\n", 1, woven=False)
    [(_name, whole)] = files("yahoo", form)
    halves = as_pair(whole)
    tenants.go_live(mall, AT - timedelta(days=60), actor=OPERATOR, at=AT)
    beside = ("Items.csv", io.BytesIO(halves[1]))
    arrived = receiving.submit(channel, file_name="Orders.csv", data=halves[0], beside=beside, actor=OPERATOR, at=AT)
    assert receiving.run(arrived.pk, at=AT).orders_new > 0
    assert Notice.objects.filter(kind="buyer.received").exists()
    before, record = everything(), told()
    again = bring(channel, "whole.csv", whole, at=LATER)
    assert (again.orders_new, again.orders_changed) == (0, 0)
    assert (everything(), told()) == (before, record)
