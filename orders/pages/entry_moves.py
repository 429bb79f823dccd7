"""What the buttons of the typed order do to the form: each takes what was typed and gives what it is then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from core import text
from orders.models import Order
from orders.pages.entry_forms import MOST_LINES, PARTY, PREFIX, WITH_TAX, WITHOUT_TAX, LineForm, line_count
from orders.queries.entering import Item, item_of, phone_shown, towns

Content = dict[str, str]
LINE_FIELDS = tuple(LineForm.base_fields)


def pressed(button: str, typed: Mapping[str, str]) -> tuple[Content, str]:
    """The form after a button, and the name of the field to go on with. A button that makes no sense does nothing."""
    verb, _colon, target = button.partition(":")
    act = _VERBS.get(verb)
    return act(dict(typed), target) if act else (dict(typed), "")


def _add_line(typed: Content, _target: str) -> tuple[Content, str]:
    count = line_count(typed)
    if count >= MOST_LINES:
        return typed, ""
    typed[f"{PREFIX}-TOTAL_FORMS"] = str(count + 1)
    return typed, f"{PREFIX}-{count}-sku"


def _drop_line(typed: Content, target: str) -> tuple[Content, str]:
    rows = _rows(typed)
    if not target.isdecimal() or int(target) >= len(rows):
        return typed, ""
    del rows[int(target)]
    return _with_rows(typed, rows or [{}]), f"{PREFIX}-{max(int(target) - 1, 0)}-sku"


def _use_buyer(typed: Content, target: str) -> tuple[Content, str]:
    """Fill buyer and ship-to from an order of theirs; payment only where nothing was typed."""
    order = _order(target)
    if order is None:
        return typed, ""
    for side in ("buyer", "ship"):
        typed |= {f"{side}_{part}": str(getattr(order, f"{side}_{part}")) for part in PARTY}
        typed[f"{side}_phone"] = phone_shown(typed[f"{side}_phone"])
        typed[f"{side}_postcode"] = _code_shown(typed[f"{side}_postcode"])
    typed["buyer_email"] = order.buyer_email
    typed.pop("elsewhere", None)
    if any(typed[f"buyer_{part}"] != typed[f"ship_{part}"] for part in ("name", "postcode", "address")):
        typed["elsewhere"] = "on"
    typed["payment_method"] = typed.get("payment_method") or order.payment_method
    typed["find_buyer"] = ""
    return typed, f"{PREFIX}-0-sku"


def _use_item(typed: Content, target: str) -> tuple[Content, str]:
    row, _colon, line_id = target.partition(":")
    item = item_of(int(line_id)) if line_id.isdecimal() and len(line_id) < 19 else None
    if item is None or not row.isdecimal() or int(row) >= line_count(typed):
        return typed, ""
    start = f"{PREFIX}-{row}"
    typed |= {f"{start}-{name}": value for name, value in _filled(item, typed).items()}
    typed[f"{start}-quantity"] = typed.get(f"{start}-quantity") or "1"
    return typed, f"{start}-quantity"


def _filled(item: Item, typed: Mapping[str, str]) -> dict[str, str]:
    """The fields of a line for an item. Its price is left blank where it was with tax and these are not, or the other
    way round: nobody multiplies what somebody else has agreed.
    """
    same = item.with_tax is (typed.get("prices", WITH_TAX) != WITHOUT_TAX)
    return {
        "sku": item.sku,
        "name": item.name,
        "option": item.option,
        "unit_price": _plain(item.price) if same else "",
        "tax_rate": str(item.rate),
    }


def _repeat(typed: Content, target: str) -> tuple[Content, str]:
    """Add the lines of an order from before."""
    order = _order(target)
    if order is None:
        return typed, ""
    rows = [row for row in _rows(typed) if row.get("sku") or row.get("name")]
    for line in order.lines.all()[: MOST_LINES - len(rows)]:
        item = item_of(line.pk)
        if item is not None:
            rows.append({**_filled(item, typed), "quantity": str(line.ordered)})
    return _with_rows(typed, rows or [{}]), f"{PREFIX}-0-quantity"


def _use_town(typed: Content, target: str) -> tuple[Content, str]:
    """Begin the address with a town of the postcode; what was typed stays behind it, unless of another prefecture."""
    party, _colon, nth = target.partition(":")
    if party not in ("buyer", "ship") or not nth.isdecimal():
        return typed, ""
    candidates = towns(typed.get(f"{party}_postcode", ""))
    if int(nth) < len(candidates):
        town = candidates[int(nth)]
        rest = typed.get(f"{party}_address", "").strip()
        if text.prefecture(rest) not in (None, town.prefecture):
            rest = ""
        for part in (town.prefecture, town.city, town.name):
            rest = rest.removeprefix(part)
        typed[f"{party}_address"] = f"{town.prefecture}{town.city}{town.name}{rest}"
        typed[f"{party}_postcode"] = _code_shown(town.postcode)
    return typed, f"{party}_address"


def _rows(typed: Mapping[str, str]) -> list[dict[str, str]]:
    return [{name: typed.get(f"{PREFIX}-{nth}-{name}", "") for name in LINE_FIELDS} for nth in range(line_count(typed))]


def _with_rows(typed: Content, rows: list[dict[str, str]]) -> Content:
    others = {name: value for name, value in typed.items() if not name.startswith(f"{PREFIX}-")}
    lines = {f"{PREFIX}-{nth}-{name}": value for nth, row in enumerate(rows) for name, value in row.items()}
    return {**others, **lines, f"{PREFIX}-TOTAL_FORMS": str(len(rows))}


def _order(target: str) -> Order | None:
    return Order.objects.filter(pk=int(target)).first() if target.isdecimal() and len(target) < 19 else None


def _code_shown(code: str) -> str:
    return text.postcode_label(code).removeprefix("〒") if len(code) == 7 else code


def _plain(price: Decimal) -> str:
    """A price as one types it: 1200, or 12.50."""
    return f"{price.normalize():f}"


_VERBS: Mapping[str, Callable[[Content, str], tuple[Content, str]]] = {
    "add_line": _add_line,
    "drop_line": _drop_line,
    "use_buyer": _use_buyer,
    "use_item": _use_item,
    "use_town": _use_town,
    "repeat": _repeat,
}
