"""Small things inside a line: status, deadline, chip, person, key, copy button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import clock
from portal.look import deadlines, values
from portal.look.icons import icon
from portal.look.markup import SIZES, TONES, component, one_of

TONE_ICONS: Mapping[str, str] = {
    "waiting": "circle-dashed",
    "moving": "progress",
    "attention": "alert-triangle",
    "trouble": "alert-circle",
    "done": "circle-check",
}


def status(label: str, *, tone: str = "waiting", icon: str = "") -> SafeString:
    """A state: its word, with a colour and an icon that say the same."""
    one_of("tone", tone, TONES)
    return _badge(label, tone, icon or TONE_ICONS[tone])


def due(
    due_at: datetime | None,
    *,
    warn_at: datetime | None = None,
    done_at: datetime | None = None,
    paused: bool = False,
) -> SafeString:
    """How a deadline stands: time left, time late (red), at risk from `warn_at` (amber), kept, or paused.

    The exact time stands in the title, and is read aloud. `None` is shown as having no deadline.
    """
    if due_at is None:
        return format_html('<span class="text-soft">{}</span>', _("期限なし"))
    deadline = _standing(timezone.localtime(due_at), warn_at, done_at, paused)
    exact = _("期限 %(moment)s") % {"moment": values.moment_text(due_at)}
    ticking = format_html(' data-due="{}" data-warn="{}"', due_at.isoformat(), warn_at.isoformat() if warn_at else "")
    return format_html(
        '<span class="badge-tone tone-{}" title="{}"{}>{}<span class="badge-word">{}</span>'
        '<span class="visually-hidden"> ({})</span></span>',
        deadline.tone,
        exact,
        ticking if deadline.ticking else "",
        icon("player-pause" if paused and not done_at else _due_icon(deadline.tone)),
        deadline.text,
        exact,
    )


def _standing(due_at: datetime, warn_at: datetime | None, done_at: datetime | None, paused: bool) -> deadlines.Deadline:
    if done_at is not None and done_at <= due_at:
        return deadlines.Deadline(_("期限内"), "done", ticking=False)
    if done_at is not None:
        return deadlines.late_by(due_at, done_at, get_language())
    if paused:
        return deadlines.Deadline(_("停止中"), "waiting", ticking=False)
    return deadlines.running(due_at, get_language(), now=clock.now(), warn_at=warn_at)


def _due_icon(tone: str) -> str:
    return {"done": "circle-check", "trouble": "alert-circle"}.get(tone, "clock")


def _badge(label: str, tone: str, icon_name: str) -> SafeString:
    return format_html(
        '<span class="badge-tone tone-{}">{}<span class="badge-word">{}</span></span>', tone, icon(icon_name), label
    )


def chip(text: str, *, url: str = "", remove_url: str = "", hue: int | None = None) -> SafeString:
    """A label: a client in its colour (hue 1 to 12), a tag, or a filter that can be taken off."""
    if hue is not None:
        one_of("hue", str(hue), [str(n) for n in range(1, 13)])
    return component("chip", text=text, url=url, remove_url=remove_url, hue=hue)


def person(name: str, *, size: str = "") -> SafeString:
    """A name with its initial."""
    one_of("size", size, SIZES)
    return format_html(
        '<span class="person{}"><span class="person-initial" aria-hidden="true">{}</span>{}</span>',
        f" person-{size}" if size else "",
        name.strip()[:1] or "?",
        name,
    )


def kbd(keys: str) -> SafeString:
    """Keys to press, separated by blanks: `Ctrl K`."""
    return format_html(
        '<span class="keys">{}</span>', format_html_join("", "<kbd>{}</kbd>", [(k,) for k in keys.split()])
    )


def copy(text: str, *, label: str = "", secret: bool = False) -> SafeString:
    """A text that is made to be copied, with the button that does it. A secret is shown as such: once, in full."""
    return component("copy", text=text, label=label or _("コピー"), secret=secret)
