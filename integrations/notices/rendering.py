"""Filling figures into the words of a mail. A text has named places in braces and nothing else that could do anything.

A line whose places are all empty is left out, so that "伝票番号: {parcels}" vanishes where there is no parcel.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from core.errors import Refused
from core.wording import Sentence, _

LINK = "\ue000"
"""Where the buyer's own link goes: a sign of no language, put in when the mail is sent or shown."""

LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000
_PLACE = re.compile(r"\{([a-z_]+)\}")


def filled(text: str, figures: Mapping[str, str]) -> str:
    """The text with its figures. What a figure holds is never read as a place; a missing figure is empty."""
    lines = (_line(line, figures) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line is not None)).strip()


def subject_of(text: str, figures: Mapping[str, str]) -> str:
    """The same for a subject: one line, at most 500 characters."""
    return " ".join(filled(text, figures).split())[:500]


def _line(line: str, figures: Mapping[str, str]) -> str | None:
    names = _PLACE.findall(line)
    if names and not any(figures.get(name) for name in names):
        return None
    return _PLACE.sub(lambda found: figures.get(found[1], ""), line)


def check(subject: str, body: str, allowed: Collection[str]) -> None:
    """Refused where a text is empty or too long, names a place that this kind does not have, or has a stray brace."""
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text.strip():
            raise Refused(Sentence(_("件名と本文を入れてください。")), code="missing", field=field)
        if len(text) > longest:
            sentence = Sentence(_("長すぎます。%(longest)s文字以内にしてください。"), longest=longest)
            raise Refused(sentence, code="too_long", field=field)
        _check_places(field, text, allowed)


def _check_places(field: str, text: str, allowed: Collection[str]) -> None:
    unknown = sorted({name for name in _PLACE.findall(text) if name not in allowed})
    if unknown:
        names = "、".join(f"{{{name}}}" for name in unknown)
        sentence = Sentence(_("%(names)s という差し込みはありません。一覧から選んでください。"), names=names)
        raise Refused(sentence, code="unknown_place", field=field)
    if re.search(r"[{}]", _PLACE.sub("", text)):
        sentence = Sentence(_("波かっこは差し込みだけに使えます。{order_number} のように、両側を閉じてください。"))
        raise Refused(sentence, code="stray_brace", field=field)


def clean(figure: object) -> str:
    """A figure as it may stand in a mail: text, without the sign that stands for the link."""
    return "" if figure is None else str(figure).replace(LINK, "")
