"""Sentences of pure rules."""

import pytest

from core import wording
from core.wording import Sentence, _


@pytest.fixture(autouse=True)
def translator_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_translate", str)


def test_a_sentence_is_said_in_the_language_of_whoever_reads_it() -> None:
    found = Sentence(_("%(count)s 件です"), count=3)

    assert str(found) == "3 件です"
    wording.translate_with({"%(count)s 件です": "%(count)s found"}.__getitem__)
    assert str(found) == "3 found"


def test_sentences_are_values() -> None:
    assert Sentence("a %(b)s", b=1) == Sentence("a %(b)s", b=1)
    assert len({Sentence("a %(b)s", b=1), Sentence("a %(b)s", b=1), Sentence("a %(b)s", b=2)}) == 2
