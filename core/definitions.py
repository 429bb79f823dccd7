"""Reading definitions that are kept as JSON (rate cards, promises, calendars): by type, key by key, nothing left over.

What does not fit is `Refused` with a sentence that says where and what; a key nobody asked for is refused too, because
a misspelt "minumum" costs money. Numbers are whole numbers or text: a JSON fraction has lost its digits already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from core.errors import Refused
from core.wording import Sentence, _

_MINUTES_A_DAY = 24 * 60


class Definition:
    """One JSON object while it is read. `path` says where it stands in the whole, such as `tiers[2]`."""

    def __init__(self, data: object, path: str = "") -> None:
        if not isinstance(data, Mapping):
            refuse(path, _("項目と値の組で書いてください。"))
        self._data = {str(key): value for key, value in data.items()}
        self._left = set(self._data)
        self._path = path

    def at(self, key: str) -> str:
        """Where `key` stands in the whole."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Whether `key` has a value (null counts as none, and as read)."""
        if self._data.get(key) is None:
            self._left.discard(key)
            return False
        return True

    def value(self, key: str) -> object:
        """The value as it stands; refused where there is none."""
        if not self.has(key):
            refuse(self.at(key), _("値が必要です。"))
        self._left.discard(key)
        return self._data[key]

    def text(self, key: str) -> str:
        """A text that is not blank."""
        value = self.value(key)
        if not isinstance(value, str) or not value.strip():
            refuse(self.at(key), _("文字を入れてください。"))
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        if not self.has(key):
            return default
        value = self.value(key)
        if not isinstance(value, bool):
            refuse(self.at(key), _("true か false で指定してください。"))
        return value

    def decimal(self, key: str, *, default: Decimal | None = None, least: Decimal | None = None) -> Decimal:
        """An exact number, not below `least`. Without a default it must be there."""
        if default is not None and not self.has(key):
            return default
        number = exact(self.value(key), self.at(key))
        if least is not None and number < least:
            refuse(
                self.at(key),
                Sentence(
                    _("%(least)s 以上の数で指定してください（%(found)s は使えません）。"), least=least, found=number
                ),
            )
        return number

    def optional_decimal(self, key: str, *, least: Decimal | None = None) -> Decimal | None:
        """An exact number, or None where there is none."""
        return self.decimal(key, least=least) if self.has(key) else None

    def whole(self, key: str, *, default: int | None = None, least: int = 0) -> int:
        """A whole number, not below `least`."""
        number = self.decimal(key, default=None if default is None else Decimal(default), least=Decimal(least))
        if number != number.to_integral_value():
            refuse(self.at(key), Sentence(_("整数で指定してください（%(found)s は使えません）。"), found=number))
        return int(number)

    def items(self, key: str) -> list[tuple[str, object]]:
        """The members of a list, each with its path; an absent list is empty."""
        if not self.has(key):
            return []
        value = self.value(key)
        if not isinstance(value, list | tuple):
            refuse(self.at(key), _("一覧（[ ] で囲んだ並び）で書いてください。"))
        return [(f"{self.at(key)}[{nth}]", item) for nth, item in enumerate(value)]

    def names(self) -> list[str]:
        """Its keys as written, for objects whose keys are data (days, sizes)."""
        return list(self._data)

    def refuse_leftovers(self) -> None:
        """Refuse what has been written and not been asked for."""
        for key in sorted(self._left):
            refuse(self.at(key), _("この項目はありません。つづりを確かめてください。"))


@contextmanager
def reading(data: object, path: str = "") -> Iterator[Definition]:
    """Read one JSON object to its last key."""
    definition = Definition(data, path)
    yield definition
    definition.refuse_leftovers()


def refuse(path: str, why: str | Sentence) -> NoReturn:
    """Raise the refusal of what stands at `path` (the whole where it is empty). why: marked text or a sentence.

    The refusal's param `why` is the sentence without the place, for forms that have a name of their own for it.
    """
    why = why if isinstance(why, Sentence) else Sentence(why)
    said = Sentence(_("定義の「%(path)s」: %(why)s"), path=path, why=why) if path else why
    raise Refused(said, code="definition", field=path, why=why)


def exact(value: object, path: str) -> Decimal:
    """A JSON number as a finite `Decimal`: from text or a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        refuse(path, _('数を文字（"120.5" のように）か整数で書いてください。'))
    try:
        number = Decimal(value)
    except InvalidOperation:
        refuse(path, Sentence(_("「%(found)s」は数として読めません。"), found=value))
    if not number.is_finite():
        refuse(path, Sentence(_("「%(found)s」は数として読めません。"), found=value))
    return number


def read_day(value: object, path: str) -> date:
    """A date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        refuse(path, Sentence(_("「%(found)s」は日付（YYYY-MM-DD）として読めません。"), found=value))


def read_minute(value: object, path: str) -> int:
    """A time written HH:MM, from 00:00 to 24:00, as minutes after midnight."""
    hours, colon, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
    if colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(minutes) == 2:
        found = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and found <= _MINUTES_A_DAY:
            return found
    refuse(path, Sentence(_("「%(found)s」は時刻（00:00〜24:00）として読めません。"), found=value))


def clock_face(minute: int) -> str:
    """Minutes after midnight as HH:MM; the inverse of `read_minute`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
