from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from documents.kinds import KINDS, missing, visible


@pytest.mark.parametrize(
    ("kind", "day", "until"),
    [
        ("invoice", date(2026, 10, 31), date(2038, 1, 31)),
        ("invoice", date(2026, 8, 31), date(2037, 12, 1)),
        ("invoice", date(2026, 11, 30), date(2038, 3, 1)),
        ("delivery_note", date(2026, 1, 1), date(2037, 4, 1)),
        ("other", date(2028, 2, 29), date(2031, 3, 1)),
        ("report", date(2026, 3, 2), date(2031, 3, 2)),
    ],
)
def test_a_paper_is_kept_for_its_years_and_never_a_day_short(kind: str, day: date, until: date) -> None:
    assert KINDS[kind].kept_until(day) == until


def test_tax_papers_outlast_ten_years_after_the_latest_return_of_their_year() -> None:
    # The fiscal year may end a year later, and its return is due two months after, three with the usual extension.
    day = date(2026, 4, 1)
    assert all(kind.kept_until(day) >= date(2037, 6, 30) for kind in KINDS.values() if kind.tax)


def test_those_who_see_no_prices_see_no_papers_that_name_them() -> None:
    assert set(visible(money=True)) == set(KINDS)
    of_orders = {"acknowledgement", "buyer_receipt", "order_slip", "ship_order", "pick_list", "print_run"}
    of_quotes = {"buyer_quote", "buyer_order", "buyer_contract"}
    others = {"delivery_note", "report", "project_report", "order_file", "order_sheet", "message", "other"}
    assert set(visible(money=False)) == others | of_orders | of_quotes


@pytest.mark.parametrize(
    ("kind", "counterparty", "amount", "lacks"),
    [
        ("invoice", "", None, {"counterparty", "amount"}),
        ("invoice", "青葉", Decimal(0), set()),
        ("contract", "青葉", None, set()),
        ("contract", "", Decimal(1), {"counterparty"}),
        ("other", "", None, set()),
        ("letter", "", None, {"kind"}),
    ],
)
def test_what_the_law_searches_by_must_be_given(
    kind: str, counterparty: str, amount: Decimal | None, lacks: set[str]
) -> None:
    assert set(missing(kind, counterparty=counterparty, amount=amount)) == lacks
