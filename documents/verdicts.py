"""What a scanner says of a file, and how it is told to the person who sent it."""

from __future__ import annotations

from dataclasses import dataclass

from core.wording import Sentence, _

INFECTED, UNSCANNED = "infected", "unscanned"

_SENTENCES = {
    INFECTED: _(
        "ウイルスが見つかったため、受け取らずに破棄しました（%(found)s）。"
        "送信元の端末を検査し、安全なファイルをお送りください。"
    ),
    UNSCANNED: _(
        "大きすぎるか圧縮が深く、ウイルス検査ができないため破棄しました。分割するか、圧縮せずにお送りください。"
    ),
}


@dataclass(frozen=True)
class Verdict:
    """found: the name of what was found, "" for nothing. complete: whether everything was looked at."""

    found: str = ""
    complete: bool = True

    @property
    def rejection(self) -> str:
        """Why the file is refused, as it is kept with the document; "" where nothing speaks against it."""
        if self.found:
            return f"{INFECTED} {self.found}"[:200]
        return "" if self.complete else UNSCANNED


def explain(rejection: str) -> Sentence:
    """The sentence of a `Verdict.rejection`."""
    reason, _blank, found = rejection.partition(" ")
    return Sentence(_SENTENCES[reason], found=found)
