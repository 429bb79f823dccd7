"""The parts of a page: its head, cards, tiles, facts, time line, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import clock
from portal.look import values
from portal.look.badges import TONE_ICONS
from portal.look.icons import icon as draw
from portal.look.markup import SIZES, TONES, component, one_of, trusted

ALERTS: Mapping[str, str] = {
    "info": "info-circle",
    "attention": "alert-triangle",
    "trouble": "alert-circle",
    "done": "circle-check",
}
STEP_STATES = ("done", "now", "next")
COLUMNS = ("1", "2", "3")
WEEK = timedelta(days=7)
NOTHING = SafeString('<span class="text-soft">–</span>')


def page_head(content: str, title: str, *, subtitle: str = "", back_url: str = "", back_label: str = "") -> SafeString:
    """The page's name with its actions at the right; `back_url` leads to where the page hangs."""
    return component(
        "page_head",
        title=title,
        subtitle=subtitle,
        back_url=back_url,
        back_label=back_label,
        actions=trusted(content.strip()),
    )


def card(
    content: str,
    *,
    title: str = "",
    hint: str = "",
    id: str = "",
    link_url: str = "",
    link_label: str = "",
    flush: bool = False,
    tone: str = "",
) -> SafeString:
    """A section with a heading. `flush` takes the padding away, for a table; `tone` colours its edge."""
    if tone:
        one_of("tone", tone, TONES)
    return component(
        "card",
        body=trusted(content),
        title=title,
        hint=hint,
        id=id,
        link_url=link_url,
        link_label=link_label,
        flush=flush,
        tone=tone,
    )


def stats(content: str, *, label: str = "") -> SafeString:
    """A row of `stat` tiles."""
    named = format_html(' aria-label="{}"', label) if label else ""
    return format_html('<ul class="stats"{}>{}</ul>', named, trusted(content))


def stat(
    label: str,
    value: object,
    *,
    unit: str = "",
    note: str = "",
    tone: str = "",
    url: str = "",
    why_url: str = "",
) -> SafeString:
    """One figure with its name. `url` opens what it counts, `why_url` how it came about."""
    if tone:
        one_of("tone", tone, TONES)
    shown = values.count(value) if isinstance(value, int) else value
    return component("stat", label=label, value=shown, unit=unit, note=note, tone=tone, url=url, why_url=why_url)


def why(value: object, url: str) -> SafeString:
    """A figure that can be doubted: it opens its explanation in the side panel."""
    return format_html('<a class="why" {}>{}</a>', panel_link(url), value)


def panel_link(url: str) -> SafeString:
    """The attributes that make a link open in the side panel; without JavaScript it opens the page itself."""
    return format_html('href="{}" hx-get="{}" hx-target="#panel-body" hx-swap="innerHTML" data-panel', url, url)


def panel_form(url: str) -> SafeString:
    """The attributes that make a form in the side panel answer there."""
    return format_html('method="post" action="{}" hx-post="{}" hx-target="#panel-body" hx-swap="innerHTML"', url, url)


def facts(content: str, *, columns: int = 1) -> SafeString:
    """A description list of `fact`s in one to three columns."""
    one_of("columns", str(columns), COLUMNS)
    return format_html('<dl class="facts facts-{}">{}</dl>', columns, trusted(content))


def fact(content: str, label: str) -> SafeString:
    """One term with what it says; nothing is shown as a dash."""
    said = trusted(content.strip()) or NOTHING
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, said)


def alert(content: str, tone: str, *, title: str = "") -> SafeString:
    """A notice in the page."""
    one_of("tone", tone, ALERTS)
    return component("alert", tone=tone, icon_name=ALERTS[tone], title=title, body=trusted(content.strip()))


def empty_state(
    title: str, *, hint: str = "", icon: str = "inbox", action_url: str = "", action_label: str = ""
) -> SafeString:
    """Nothing here: why, and what to do next."""
    return component(
        "empty_state", title=title, hint=hint, icon_name=icon, action_url=action_url, action_label=action_label
    )


def timeline(content: str) -> SafeString:
    """A list of `event`s, in the order given."""
    return format_html('<ol class="story">{}</ol>', trusted(content))


def event(
    content: str, at: datetime, title: str, *, actor: str = "", tone: str = "waiting", icon: str = ""
) -> SafeString:
    """What happened when, and who did it; the content is the detail."""
    one_of("tone", tone, TONES)
    return component(
        "event",
        at=values.moment(at),
        ago=values.ago(at) if abs(clock.now() - at) < WEEK else "",
        title=title,
        actor=actor,
        tone=tone,
        icon_name=icon or TONE_ICONS[tone],
        detail=trusted(content.strip()),
    )


def steps(items: Sequence[Mapping[str, object]]) -> SafeString:
    """Where something stands on its way: each item has `label`, `state` (done, now, next) and maybe a `note`."""
    for item in items:
        one_of("state", str(item["state"]), STEP_STATES)
    return component("steps", items=items)


def skeleton(*, lines: int = 3) -> SafeString:
    """Grey lines while a fragment loads."""
    return component("skeleton", lines=range(lines))


def menu(content: str, label: str, *, icon: str = "", label_hidden: bool = False, align: str = "end") -> SafeString:
    """A button that drops a list of links and buttons. Works without JavaScript."""
    one_of("align", align, ("start", "end"))
    return component(
        "menu", items=trusted(content), label=label, icon_name=icon, label_hidden=label_hidden, align=align
    )


def opens(id: str, label: str, *, tone: str = "", icon: str = "", size: str = "") -> SafeString:
    """The button that opens the dialog with this id."""
    one_of("tone", tone, ("", "primary", "danger"))
    classes = " ".join(filter(None, ("btn", tone and f"btn-{tone}", size and f"btn-{one_of('size', size, SIZES)}")))
    return format_html(
        '<button type="button" class="{}" command="show-modal" commandfor="{}" aria-haspopup="dialog">{}{}</button>',
        classes,
        id,
        draw(icon) if icon else "",
        label,
    )
