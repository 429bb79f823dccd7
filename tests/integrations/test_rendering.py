"""The words of mails: what goes into their places, and what may not stand in them."""

from __future__ import annotations

import pytest

from core.errors import Refused
from integrations.notices import rendering
from integrations.notices.catalogue import KINDS, LANGUAGES, PLACES, by_event
from portal.subscriptions import SUBSCRIPTIONS


def test_figures_go_into_their_places() -> None:
    assert rendering.filled("{a}様、{b}です。", {"a": "山田", "b": "T-1"}) == "山田様、T-1です。"


def test_a_line_whose_places_are_empty_is_left_out() -> None:
    text = "はじめ\n\n番号: {number}\n\nおわり"
    assert rendering.filled(text, {"number": ""}) == "はじめ\n\nおわり"


def test_what_a_figure_holds_is_no_place() -> None:
    assert rendering.filled("{a}", {"a": "{b}", "b": "secret"}) == "{b}"


def test_a_figure_cannot_bring_the_sign_of_the_link() -> None:
    assert rendering.clean(f"山田{rendering.LINK}") == "山田"


def test_a_subject_is_one_line() -> None:
    assert rendering.subject_of("件名 {a}", {"a": "x\r\nBcc: all@example.jp"}) == "件名 x Bcc: all@example.jp"


@pytest.mark.parametrize(
    ("subject", "body", "code", "field"),
    [
        ("", "本文", "missing", "subject"),
        ("件名", " ", "missing", "body"),
        ("件名", "{password}", "unknown_place", "body"),
        ("{order_number.__class__}", "本文", "stray_brace", "subject"),
        ("件名", "{{ order_number }}", "stray_brace", "body"),
        ("件名", "{order_number", "stray_brace", "body"),
        ("件" * 201, "本文", "too_long", "subject"),
    ],
)
def test_words_that_would_not_work_are_refused(subject: str, body: str, code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        rendering.check(subject, body, {"order_number"})
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_the_usual_words_of_every_kind_pass_the_check(kind: object) -> None:
    for language in LANGUAGES:
        subject, body = KINDS[kind.code].usual(language)  # type: ignore[attr-defined]
        rendering.check(subject, body, KINDS[kind.code].places)  # type: ignore[attr-defined]


def test_every_place_has_a_meaning() -> None:
    assert {name for kind in KINDS.values() for name in kind.places} <= PLACES.keys()


def test_buyers_are_told_of_nobody_but_the_shop() -> None:
    words = [kind.usual(language) for kind in KINDS.values() if kind.audience == "buyer" for language in LANGUAGES]
    assert not [text for pair in words for text in pair if "委託" in text or "operator" in text.lower()]


def test_every_event_of_the_catalogue_is_listened_to() -> None:
    from integrations import tasks

    deaf = {event for event in by_event() if tasks.note not in SUBSCRIPTIONS.get(event, ())}
    assert deaf == set()
