"""What every component is made with: closed sets of words, and templates under components/."""

from __future__ import annotations

from collections.abc import Collection

from django.template import TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

TONES = ("waiting", "moving", "attention", "trouble", "done")
SIZES = ("", "sm", "lg")
WIDTHS = ("", "xs", "sm", "md", "lg", "fill")


def one_of(attribute: str, value: str, allowed: Collection[str]) -> str:
    """The value, if it is one of the allowed; otherwise the page is wrong and says so."""
    if value not in allowed:
        names = ", ".join(repr(name) for name in allowed)
        raise TemplateSyntaxError(f"{attribute}={value!r} is not known to this component; it takes one of {names}.")
    return value


def component(template: str, /, **values: object) -> SafeString:
    """The template `components/<template>.html` with these values; they are escaped there unless they are markup."""
    return mark_safe(render_to_string(f"components/{template}.html", values))  # noqa: S308 (rendered, so escaped)


def trusted(content: str) -> SafeString:
    """What stood between a component's opening and closing tag: rendered by the page, so escaped there."""
    return mark_safe(content)  # noqa: S308
