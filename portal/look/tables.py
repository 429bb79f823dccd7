"""Tables and what stands around them: sorted heads, selection, bulk actions, paging, filters, tabs."""

from __future__ import annotations

from django.db.models import Model
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.look.markup import WIDTHS, component, one_of, trusted

CURSORS = ("after", "before")


def table(
    content: str,
    caption: str,
    *,
    selectable: bool = False,
    id: str = "",
    dense: bool = False,
    cards: bool = True,
    hide_caption: bool = True,
) -> SafeString:
    """A table with a sticky head, moved through by keyboard; on a phone its rows become cards."""
    return component(
        "table",
        body=trusted(content),
        caption=caption,
        selectable=selectable,
        id=id,
        dense=dense,
        cards=cards,
        hide_caption=hide_caption,
    )


def th(
    context: Context,
    label: str,
    *,
    sort: str = "",
    numeric: bool = False,
    hint: str = "",
    width: str = "",
    extra: bool = False,
    spare: bool = False,
) -> SafeString:
    """A column's head. With `sort` it is a link to the list sorted by that key, downwards where it is upwards now.

    extra: the column gives way where the page is narrow; its cells need the class `is-extra`. spare: it does so first,
    on all but wide pages; its cells need the class `is-spare`.
    """
    one_of("width", width, WIDTHS)
    direction = _direction(context, sort) if sort else ""
    return component(
        "th",
        label=label,
        url=address(context, sort=f"-{sort}" if direction == "ascending" else sort) if sort else "",
        direction=direction,
        numeric=numeric,
        hint=hint,
        width=width,
        extra=extra,
        spare=spare,
    )


def _direction(context: Context, sort: str) -> str:
    given = _request(context).GET.get("sort", "")
    return {sort: "ascending", f"-{sort}": "descending"}.get(given, "none")


def th_select() -> SafeString:
    """The head of the selection column: everything on this page."""
    return format_html(
        '<th class="cell-select" scope="col"><input type="checkbox" class="form-check-input" data-select-all '
        'aria-label="{}"></th>',
        _("このページのすべての行を選択"),
    )


def td_select(value: object, *, label: str) -> SafeString:
    """The cell that selects its row: sends `selected=<value>`. label: what the row is called, read aloud."""
    key = value.pk if isinstance(value, Model) else value
    return format_html(
        '<td class="cell-select"><input type="checkbox" class="form-check-input" name="selected" value="{}" '
        'aria-label="{}"></td>',
        key,
        _("%(row)s を選択") % {"row": label},
    )


def th_actions() -> SafeString:
    """The head of the column with a row's own buttons."""
    return format_html('<th class="cell-actions" scope="col"><span class="visually-hidden">{}</span></th>', _("操作"))


def bulk_bar(content: str, *, total: int | None = None, form: str = "bulk") -> SafeString:
    """The bar of `bulk_action`s for the selected rows. total: how many rows match the filter, on all pages."""
    return component("bulk_bar", actions=trusted(content), total=total, form=form)


def bulk_action(
    label: str,
    *,
    url: str,
    idle: str,
    key: str = "",
    primary: bool = False,
    confirm: str = "",
    name: str = "",
    value: str = "",
) -> SafeString:
    """A button for the selected rows; `{n}` in its label and its `confirm` question becomes their number."""
    return component(
        "bulk_action",
        label=label,
        url=url,
        idle=idle,
        key=key,
        primary=primary,
        confirm=confirm,
        name=name,
        value=value,
    )


def pager(
    context: Context,
    *,
    after: str | None = "",
    before: str | None = "",
    shown: int = 0,
    total: int | None = None,
    target: str = "",
) -> SafeString:
    """Next and previous by cursor, and how many of how many are shown. target: a selector that htmx replaces."""
    return component(
        "pager",
        next_url=address(context, after=after) if after else "",
        previous_url=address(context, before=before) if before else "",
        shown=shown,
        total=total,
        target=target,
    )


def filter_bar(
    context: Context, content: str, *, target: str = "", query: str | None = None, placeholder: str = ""
) -> SafeString:
    """A GET form over a list. query: shows a search field `q` with this value. target: what htmx replaces, live."""
    request = _request(context)
    kept = [("sort", request.GET["sort"])] if request.GET.get("sort") else []
    return component(
        "filter_bar",
        fields=trusted(content),
        target=target,
        query=query,
        placeholder=placeholder or _("絞り込む"),
        kept=kept,
        path=request.path,
    )


def filter_field(field: BoundField) -> SafeString:
    """A field of a `filter_bar`: small, its label beside it."""
    return component("filter_field", field=field)


def tabs(content: str, label: str) -> SafeString:
    """A row of `tab`s. label: what they choose between, read aloud."""
    return format_html('<nav class="tabs" aria-label="{}"><ul>{}</ul></nav>', label, trusted(content))


def tab(label: str, url: str, *, active: bool = False, count: int | None = None) -> SafeString:
    """One tab: a link, with how many stand behind it."""
    return component("tab", label=label, url=url, active=active, count=count)


def address(context: Context, **changes: str | None) -> str:
    """This page's address with some parameters changed. A change of the list starts again at its first page."""
    query = _request(context).GET.copy()
    for key in (*CURSORS, *changes):
        query.pop(key, None)
    for key, value in changes.items():
        query[key] = str(value)
    return f"?{query.urlencode()}"


def _request(context: Context) -> HttpRequest:
    request: HttpRequest = context["request"]
    return request
