"""Icons: one sprite of the few that pages use. `bin/add_icons` adds more from the Tabler set."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.template import TemplateSyntaxError
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.look.markup import SIZES, one_of

SPRITE = Path(__file__).resolve().parent.parent / "static" / "portal" / "icons.svg"


@cache
def names() -> frozenset[str]:
    """The icons that the sprite holds."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))


def icon(name: str, *, label: str = "", size: str = "") -> SafeString:
    """An icon by its Tabler name. With a label it is read aloud; without one it is decoration."""
    if name not in names():
        raise TemplateSyntaxError(f"The sprite has no icon {name!r}. Add it with `bin/add_icons {name}`.")
    classes = f"icon icon-{one_of('size', size, SIZES)}" if size else "icon"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"/></svg>', classes, label, _sprite(), name
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, _sprite(), name)


def _sprite() -> str:
    return static("portal/icons.svg")
