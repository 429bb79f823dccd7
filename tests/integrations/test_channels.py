"""The contract every channel keeps: its samples are read as they were planned, whole, by day and in batches."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from integrations.channels.aishipr.sample import SHOP as AISHIPR
from integrations.channels.amazon.sample import SHOP as AMAZON
from integrations.channels.amazon.sample import UNSHIPPED
from integrations.channels.base.sample import SHOP as BASE
from integrations.channels.eccube.sample import SHOP as ECCUBE
from integrations.channels.makeshop.sample import SHOP as MAKESHOP
from integrations.channels.mending import MENDABLE, mended
from integrations.channels.nextengine.sample import SHOP as NEXTENGINE
from integrations.channels.people import FAMILIES, GIVENS
from integrations.channels.rakuten.sample import SHOP as RAKUTEN
from integrations.channels.recount import count_independently, good_orders
from integrations.channels.samples import ERRORS, Order, Sample, Shop, main, make, plan
from integrations.channels.shopify.sample import SHOP as SHOPIFY
from integrations.channels.splitting import split_by_day
from integrations.channels.yahoo.sample import PACKED
from integrations.channels.yahoo.sample import SHOP as YAHOO
from integrations.registry import CHANNELS
from orders.intake import Intake, mend_file, read, read_batches
from tests.factories import own_layout

SHOPS = {
    shop.channel: shop
    for shop in (
        NEXTENGINE, RAKUTEN, YAHOO, AMAZON, SHOPIFY, BASE, ECCUBE, MAKESHOP, AISHIPR,
        own_layout.SHOP, own_layout.SHOP_FIRST_ROW,
    )
}  # fmt: skip
PROFILES = {**CHANNELS, **own_layout.PROFILES}
"""The built-in channels, and layouts that a client mapped: one contract for all."""
COUNTED = dict.fromkeys(own_layout.PROFILES, own_layout.COUNTED)
COLUMNS = {
    "nextengine": 41,
    "rakuten": 158,
    "yahoo": 50,
    "amazon": 30,
    "shopify": 79,
    "base": 35,
    "eccube": 70,
    "makeshop": 35,
    "aishipr": 45,
    "own": 34,
    "own-first": 34,
}
ORDERS = 400
COMMITTED = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module", params=sorted(PROFILES))
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shop(channel: str) -> Shop:
    return SHOPS[channel]


@pytest.fixture(scope="module")
def sample(shop: Shop) -> Sample:
    return make(shop, orders=ORDERS, seed=7, month="2026-10")


@pytest.fixture(scope="module")
def intake(sample: Sample, channel: str) -> Intake:
    return read(sample.data, PROFILES[channel])


def counted(intake: Intake) -> dict[str, Any]:
    """An intake under the keys of a manifest."""
    day = pl.col("ordered_at").dt.convert_time_zone("Asia/Tokyo").dt.date().cast(pl.String).alias("day")
    days = (
        intake.orders.group_by(day).agg(pl.len().alias("orders"), pl.col("total").sum()).rows_by_key("day", named=True)
    )
    return {
        "channel": intake.layout.profile.code,
        "files": 1,
        "rows": intake.counts.rows,
        "orders": intake.counts.orders,
        "lines": intake.lines.height,
        "units": intake.lines["quantity"].sum(),
        "total": intake.orders["total"].sum(),
        "cancelled": intake.orders["cancelled"].sum(),
        "refused_orders": intake.counts.refused_orders,
        "refused_rows": intake.counts.refused_rows,
        "refused": dict(intake.refused.group_by("code").len().iter_rows()),
        "by_day": {day: found[0] for day, found in days.items()},
    }


def truth(sample: Sample) -> dict[str, Any]:
    return {key: value for key, value in sample.manifest.items() if key != "dirt"}


def test_a_sample_is_read_as_it_was_planned(sample: Sample, intake: Intake) -> None:
    assert counted(intake) == truth(sample)


def test_a_second_opinion_agrees(sample: Sample, channel: str) -> None:
    assert count_independently(sample.data, channel, COUNTED.get(channel)) == truth(sample)


def test_every_kind_of_dirt_is_in_it(sample: Sample, intake: Intake) -> None:
    assert set(ERRORS) | {"same_order"} == set(sample.manifest["refused"])
    assert {"lost_zero_postcode", "lost_zero_phone", "full_width", "ordered_twice"} < set(sample.manifest["dirt"])
    text = sample.data.decode(intake.layout.encoding)
    assert all(sign in text for sign in "㈱①髙﨑Ⅲ")


def test_what_was_lost_is_put_back(sample: Sample, intake: Intake) -> None:
    dirt = sample.manifest["dirt"]
    repaired = intake.repairs["number"].n_unique()
    assert repaired == dirt["lost_zero_postcode"] + dirt["lost_zero_phone"] + dirt["full_width"]
    assert intake.orders.filter((pl.col("ship_phone") == "") | (pl.col("ship_postcode") == "")).is_empty()


def test_names_addresses_and_wishes_arrive_as_they_were_ordered(shop: Shop, intake: Intake) -> None:
    planned = [order for order in plan(shop, orders=ORDERS, seed=7, month="2026-10") if not order.error]
    for order, read_order in zip(planned, intake.orders.to_dicts(), strict=True):
        assert read_order["ship_name"] == order.ship.name
        assert order.ship.town.name in read_order["ship_address"]
        assert read_order["ship_address"].startswith(read_order["ship_prefecture"])
        assert read_order["ship_phone"].endswith(order.ship.phone[1:])
        assert read_order["ship_postcode"] == order.ship.town.postcode
        assert (read_order["wished_date"], read_order["wished_slot"]) == (order.wished_date, order.wished_slot)
        assert (read_order["total"], read_order["discount"], read_order["points"]) == (
            order.total,
            order.discount,
            order.points,
        )
        assert read_order["note"] == order.note
        assert read_order["paid"] == (order.paid and not order.cancelled)


def test_the_lines_arrive_as_they_were_ordered(shop: Shop, intake: Intake) -> None:
    planned = [order for order in plan(shop, orders=ORDERS, seed=7, month="2026-10") if not order.error]
    expected = [(item.sku, quantity, item.price) for order in planned for item, quantity in order.lines]
    assert intake.lines.select("sku", "quantity", pl.col("unit_price").cast(pl.Int64)).rows() == expected


def test_a_file_a_day_says_together_what_the_month_says(shop: Shop, sample: Sample, intake: Intake) -> None:
    days = split_by_day(sample.data, shop)
    parts = {day: read(data, PROFILES[shop.channel]) for day, data in days.items()}

    header, rows = sample.data.split(b"\r\n", 1)
    assert b"".join(data.removeprefix(header + b"\r\n") for data in days.values()) == rows
    assert pl.concat([part.orders for part in parts.values()])["number"].to_list() == intake.orders["number"].to_list()
    assert sum(part.counts.refused_rows for part in parts.values()) == intake.counts.refused_rows
    for day, part in parts.items():
        assert part.counts.orders == sample.manifest["by_day"].get(day.isoformat(), {"orders": 0})["orders"]
    assert list(days) == sorted(days)
    assert {day.month for day in days} == {10}


def test_batches_say_the_same(sample: Sample, channel: str, intake: Intake) -> None:
    parts = list(read_batches(io.BytesIO(sample.data), PROFILES[channel], rows=50))
    assert len(parts) > 1
    assert sorted(number for part in parts for number in part.orders["number"]) == sorted(intake.orders["number"])
    assert sum(part.counts.refused_rows for part in parts) == intake.counts.refused_rows


def test_the_refused_rows_come_back_to_be_mended(sample: Sample, channel: str, intake: Intake) -> None:
    again = read(mend_file(sample.data, PROFILES[channel], intake.refused), PROFILES[channel])
    assert again.counts.orders == 0
    assert again.refused["code"].sort().to_list() == intake.refused["code"].sort().to_list()


def test_what_the_shop_puts_right_goes_in(sample: Sample, shop: Shop, intake: Intake) -> None:
    planned = plan(shop, orders=ORDERS, seed=7, month="2026-10")
    offered = mend_file(sample.data, PROFILES[shop.channel], intake.refused)

    file = mended(offered, shop, planned)
    again = read(file.data, PROFILES[shop.channel])

    wanted = [order for order in planned if order.error in MENDABLE]
    assert {order.error for order in wanted} == set(ERRORS) - {"conflicting_order"}
    assert again.refused.is_empty()
    assert again.orders["number"].to_list() == [shop.write(order)[0][shop.number_column] for order in wanted]
    assert again.orders["total"].sum() == sum(order.total for order in wanted)
    assert (
        count_independently(file.data, shop.channel, COUNTED.get(shop.channel))["orders"]
        == len(file.numbers)
        == len(wanted)
    )
    assert good_orders(file.data, shop.channel, COUNTED.get(shop.channel)) == again.orders["number"].to_list()
    assert not mended(offered, shop, planned, without=file.numbers).numbers


def test_the_header_is_the_channels_own(shop: Shop, sample: Sample) -> None:
    assert len(shop.header) == COLUMNS[shop.channel]
    text = sample.data.decode(shop.encoding)
    assert next(csv.reader(io.StringIO(text), delimiter=shop.separator)) == list(shop.header)


def test_orders_come_all_month_and_mostly_in_the_evening(shop: Shop) -> None:
    planned = plan(shop, orders=2000, seed=1, month="2026-10")
    assert len({order.at.date() for order in planned}) == 31
    evening = sum(order.at.hour >= 19 for order in planned)
    night = sum(order.at.hour < 6 for order in planned)
    assert evening > 4 * night > 0


def test_the_same_seed_makes_the_same_file(shop: Shop, sample: Sample) -> None:
    assert make(shop, orders=ORDERS, seed=7, month="2026-10") == sample
    assert make(shop, orders=ORDERS, seed=8, month="2026-10").data != sample.data


def test_a_sample_is_written_from_the_command_line(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "orders.csv"
    main(shop, [str(path), "--orders", "60", "--seed", "3", "--month", "2026-02"])
    assert path.read_bytes() == make(shop, orders=60, seed=3, month="2026-02").data
    assert '"orders":' in capsys.readouterr().out


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_the_committed_sample_holds_two_thousand_orders(channel: str) -> None:
    [path] = COMMITTED.glob(f"{channel}-2026-10.*")
    data = path.read_bytes()
    intake = read(data, PROFILES[channel])
    assert len(data) <= 3 << 20
    assert intake.counts.orders + intake.counts.refused_orders >= 2000
    assert counted(intake) == count_independently(data, channel)


def test_names_are_written_with_their_readings() -> None:
    assert dict(FAMILIES)["髙橋"] == "タカハシ"
    assert dict(GIVENS)["さくら"] == "サクラ"
    assert all(writing and reading for writing, reading in [*FAMILIES, *GIVENS])


# What is particular to one channel


def an_order(shop: Shop, lines: int = 1) -> list[dict[str, str]]:
    """The rows of a plain order, as the channel writes them."""
    planned = plan(shop, orders=300, seed=1, month="2026-10")
    return next(
        shop.write(order)
        for order in planned
        if len(order.lines) == lines
        and order.paid
        and not (order.error or order.flaw or order.cancelled or order.discount)
    )


def _dirty(order: Order) -> bool:
    return bool(order.error or order.flaw or order.cancelled)


def written(shop: Shop, rows: list[dict[str, str]]) -> Intake:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=shop.separator, lineterminator="\r\n")
    writer.writerow(shop.header)
    writer.writerows([[row.get(name, "") for name in shop.header] for row in rows])
    return read(text.getvalue().encode(shop.encoding), CHANNELS[shop.channel])


def sole(intake: Intake) -> dict[str, Any]:
    assert intake.refused.is_empty(), intake.refused.to_dicts()
    [order] = intake.orders.to_dicts()
    return order


@pytest.mark.parametrize(
    ("shop", "changes", "column", "code"),
    [
        (RAKUTEN, {"送料合計": "-9999", "請求金額": "-9999"}, "送料合計", "unconfirmed_amount"),
        (RAKUTEN, {"ステータス": "500"}, "ステータス", "already_shipped"),
        (RAKUTEN, {"注文番号": "1234"}, "注文番号", "broken_order_number"),
        (RAKUTEN, {"送付先郵便番号1": "999", "送付先郵便番号2": "9999"}, "送付先郵便番号1", "unknown_postcode"),
        (RAKUTEN, {"SKU管理番号": "", "商品管理番号": "", "商品番号": ""}, "SKU管理番号", "missing"),
        (SHOPIFY, {"Fulfillment Status": "fulfilled"}, "Fulfillment Status", "already_shipped"),
        (SHOPIFY, {"Shipping Country": "US"}, "Shipping Country", "foreign_address"),
        (SHOPIFY, {"Lineitem price": "12.345"}, "Lineitem price", "broken_number"),
        (SHOPIFY, {"Total": "1"}, "Total", "order_total"),
    ],
)
def test_what_a_channel_cannot_hand_over_is_refused(
    shop: Shop, changes: dict[str, str], column: str, code: str
) -> None:
    [row] = an_order(shop)
    refused = written(shop, [{**row, **changes}]).refused
    assert (column, code) in refused.select("column", "code").rows()


def test_a_rakuten_order_for_several_ship_tos_is_refused_as_such() -> None:
    first, second = an_order(RAKUTEN, lines=2)
    intake = written(RAKUTEN, [first, {**second, "送付先ID": "2", "送付先姓": "鈴木"}])
    assert intake.refused.select("row", "column", "code").rows() == [
        (2, "注文番号", "same_order"),
        (3, "送付先ID", "several_destinations"),
    ]


def test_a_rakuten_item_is_known_by_its_sku_or_else_by_the_page_it_stands_on() -> None:
    [row] = an_order(RAKUTEN)
    assert written(RAKUTEN, [{**row, "SKU管理番号": ""}]).lines["sku"].to_list() == [row["商品管理番号"]]


def test_a_rakuten_amount_may_hold_wrapping_and_fees() -> None:
    [row] = an_order(RAKUTEN)
    more = int(row["請求金額"]) + 330 + 110
    order = sole(written(RAKUTEN, [{**row, "代引料合計": "330", "ラッピング料金1": "110", "請求金額": str(more)}]))
    assert (order["fee"], order["total"]) == (440, more)


@pytest.mark.parametrize(("told", "slot"), [("0", "none"), ("1", "am"), ("2", "other"), ("1820", "18-20")])
def test_rakuten_tells_the_wished_time_by_code(told: str, slot: str) -> None:
    [row] = an_order(RAKUTEN)
    assert sole(written(RAKUTEN, [{**row, "お届け時間帯": told}]))["wished_slot"] == slot


@pytest.mark.parametrize(
    ("status", "paid", "cancelled"),
    [("paid", True, False), ("authorized", True, False), ("pending", False, False), ("refunded", False, True)],
)
def test_shopify_says_what_is_paid(status: str, paid: bool, cancelled: bool) -> None:
    [row] = an_order(SHOPIFY)
    order = sole(written(SHOPIFY, [{**row, "Financial Status": status}]))
    assert (order["paid"], order["cancelled"]) == (paid, cancelled)


def test_shopify_discounts_count_whether_they_are_on_the_goods_or_on_the_postage() -> None:
    [row] = an_order(SHOPIFY)
    goods = int(row["Subtotal"])
    off = {**row, "Discount Amount": "500", "Subtotal": str(goods - 500), "Shipping": "0", "Total": str(goods - 500)}
    free = {**row, "Discount Amount": "550", "Shipping": "0", "Total": str(goods)}
    assert sole(written(SHOPIFY, [off]))["discount"] == 500
    assert sole(written(SHOPIFY, [free]))["discount"] == 0


def test_shopify_names_its_taxes() -> None:
    [row] = an_order(SHOPIFY)
    taxes = {"Tax 1 Name": "消費税 8%", "Tax 1 Value": "80", "Tax 2 Name": "JCT (10%)", "Tax 2 Value": "50"}
    order = sole(written(SHOPIFY, [{**row, **taxes}]))
    assert (order["tax_8"], order["tax_10"]) == (80, 50)


def test_shopify_keeps_wishes_among_the_notes() -> None:
    [row] = an_order(SHOPIFY)
    notes = "会員ID: 7\nお届け希望日: 2026年11月3日(火)\n配達希望時間: 18:00～20:00"
    order = sole(written(SHOPIFY, [{**row, "Note Attributes": notes, "Shipping Zip": f"'{row['Shipping Zip']}"}]))
    assert (order["wished_date"], order["wished_slot"]) == (date(2026, 11, 3), "18-20")


def test_a_base_order_is_refused_by_a_total_that_does_not_come_out() -> None:
    [row] = an_order(BASE)
    assert (
        sole(written(BASE, [{**row, "調整金額": "-100", "合計金額": str(int(row["合計金額"]) - 100)}]))["discount"]
        == 100
    )
    assert written(BASE, [{**row, "合計金額": "1"}]).refused["code"].to_list() == ["order_total"]


def test_what_eccube_charges_as_rows_are_amounts_and_no_lines() -> None:
    rows = an_order(ECCUBE, lines=2)
    parcel = {name: "" for name in rows[0] if name.startswith("配送") or name == "出荷ID"}
    total, before = int(rows[0]["支払合計"]), sole(written(ECCUBE, rows))
    fee = {
        **rows[0],
        **parcel,
        "明細区分(ID)": "3",
        "明細区分(名称)": "手数料",
        "商品コード": "",
        "価格": "330",
        "個数": "1",
    }
    points = {**fee, "明細区分(ID)": "6", "明細区分(名称)": "ポイント", "価格": "-100"}
    intake = written(ECCUBE, [{**row, "支払合計": str(total + 230)} for row in (fee, *rows, points)])
    order = sole(intake)
    assert (order["fee"], order["points"]) == (before["fee"] + 330, before["points"] + 100)
    assert order["total"] == total + 230
    assert (order["line_count"], intake.lines.height) == (2, 2)


def test_an_eccube_order_of_charges_alone_is_refused() -> None:
    rows = an_order(ECCUBE)
    refused = written(ECCUBE, rows[1:]).refused
    assert refused["code"].to_list() == ["no_goods"]


@pytest.mark.parametrize(
    ("price", "rate", "taxed"), [("1200", "8", "1296"), ("1001", "10", "1101"), ("1005", "10", "1106")]
)
def test_eccube_prices_are_without_tax(price: str, rate: str, taxed: str) -> None:
    rows = an_order(ECCUBE)
    rows[0] |= {"価格": price, "税率": rate, "個数": "1"}
    total = int(taxed) + sum(int(row["価格"]) for row in rows[1:])
    intake = written(ECCUBE, [{**row, "小計": taxed, "支払合計": str(total)} for row in rows])
    assert intake.lines["unit_price"].to_list() == [Decimal(taxed)]


def test_the_second_column_of_a_name_does_not_hide_the_first() -> None:
    layout = written(ECCUBE, an_order(ECCUBE)).layout
    assert (layout.columns["送料"], layout.columns["送料#2"]) == (23, 65)


def test_amazon_postage_is_the_sum_of_its_rows() -> None:
    first, second = an_order(AMAZON, lines=2)
    order = sole(written(AMAZON, [{**first, "shipping-price": "300"}, {**second, "shipping-price": "250"}]))
    assert order["postage"] == 550
    assert order["total"] == order["goods_total"] + 550


def test_amazon_orders_to_be_shipped_have_no_prices() -> None:
    rows = [row for order in plan(UNSHIPPED, orders=30, seed=1, month="2026-10") for row in UNSHIPPED.write(order)]
    [row] = an_order(UNSHIPPED)
    order = sole(written(UNSHIPPED, [{**row, "payment-method": "COD", "quantity-to-ship": "1"}]))
    assert (order["total"], order["units"], order["paid"]) == (0, 1, False)
    assert len(rows) > 30


def test_a_packed_yahoo_file_says_what_one_with_a_row_per_item_says() -> None:
    planned = [order for order in plan(YAHOO, orders=200, seed=4, month="2026-10") if not _dirty(order)]
    packed = written(PACKED, [row for order in planned for row in PACKED.write(order)])
    plain = written(YAHOO, [row for order in planned for row in YAHOO.write(order)])
    same = ["number", "sku", "name", "quantity", "unit_price", "line_no"]
    assert packed.refused.is_empty()
    assert packed.lines.select(same).equals(plain.lines.select(same))
    assert packed.orders["total"].equals(plain.orders["total"])
    assert packed.counts.rows == len(planned)


def test_a_packed_order_with_one_quantity_for_several_items_is_refused() -> None:
    planned = next(o for o in plan(YAHOO, orders=90, seed=4, month="2026-10") if len(o.lines) == 2 and not _dirty(o))
    [row] = PACKED.write(planned)
    refused = written(PACKED, [{**row, "QuantityDetail": "3"}]).refused
    assert refused.select("row", "column", "code").unique().rows() == [(2, "QuantityDetail", "missing")]


@pytest.mark.parametrize("clock", ["93309", "093309", "9:33:09"])
def test_makeshop_writes_the_time_apart(clock: str) -> None:
    [row] = an_order(MAKESHOP)
    order = sole(written(MAKESHOP, [{**row, "日付": "2026/8/10", "注文時間": clock}]))
    assert order["ordered_at"] == datetime(2026, 8, 10, 0, 33, 9, tzinfo=UTC)


@pytest.mark.parametrize(("said", "paid"), [("入金済み", True), ("一部入金済み", False), ("未入金", False)])
def test_aishipr_says_what_is_paid(said: str, paid: bool) -> None:
    [row] = an_order(AISHIPR)
    assert sole(written(AISHIPR, [{**row, "入金済ステータス": said}]))["paid"] == paid


@pytest.mark.parametrize("last", ["出荷済フラグ", "顧客コード", "消費税率（%）"])
def test_older_files_of_nextengine_are_read(last: str) -> None:
    older = replace(NEXTENGINE, header=NEXTENGINE.header[: NEXTENGINE.header.index(last) + 1])
    sample = make(older, orders=ORDERS, seed=7, month="2026-10")
    read_again = read(sample.data, CHANNELS["nextengine"])
    assert counted(read_again) == truth(sample)
    assert len(older.header) in (35, 37, 38)


def test_an_order_to_be_paid_first_is_told_apart() -> None:
    [row] = an_order(NEXTENGINE)
    ways = {"銀行振込": (False, True), "代金引換": (False, False), "クレジットカード": (True, False)}
    for way, expected in ways.items():
        order = sole(written(NEXTENGINE, [{**row, "支払方法": way}]))
        assert (order["paid"], order["prepaid"]) == expected
