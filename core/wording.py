"""Words that pure rules say: marked where they stand, translated where they are shown.

Rule modules know no Django, so they cannot ask for the reader's language. They mark a text with `_` (which hands it
back as it is, and which makemessages finds) and put figures into it with `Sentence`, which is translated each time it
is turned into text. By whom, is said once with `translate_with`.
"""

from __future__ import annotations

from collections.abc import Callable

_translate: Callable[[str], str] = str


def translate_with(translate: Callable[[str], str]) -> None:
    """Have every sentence translated by `translate` (source text to text in the reader's language). Called once."""
    global _translate  # noqa: PLW0603 (set once, when the process starts)
    _translate = translate


def _(text: str) -> str:
    """Mark a text for translation; gives it back unchanged."""
    return text


class Sentence:
    """A text with figures, said in the language of whoever reads it.

    template: marked source text with %(name)s places. A figure may be a sentence itself.
    """

    __slots__ = ("figures", "template")

    def __init__(self, template: str, **figures: object) -> None:
        self.template = template
        self.figures = figures

    def __str__(self) -> str:
        return _translate(self.template) % self.figures

    def __repr__(self) -> str:
        return f"Sentence({self.template!r}, **{self.figures!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.template, self.figures) == (other.template, other.figures)

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted(self.figures.items(), key=lambda item: item[0]))))
