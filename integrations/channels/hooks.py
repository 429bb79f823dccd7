"""What a live channel is: a shop that tells of each order by itself, in a signed message (a webhook).

A channel's `live.py` says how its messages are signed, which of them are about orders, and what they mean as a record
(orders.intake.records). All of it is pure and takes whatever comes: a part that is missing or of another kind is blank.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.text import PREFECTURE_CODES
from core.wording import _

Headers = Mapping[str, str]
Record = dict[str, Any]

REASONS: Mapping[str, str] = {
    "broken_json": _("JSONとして読めません。送る側の設定を確かめてください。"),
    "no_order": _("受注の内容が入っていません。"),
    "unknown_topic": _("受注に関わらない通知です。何もしていません。"),
    "test_order": _("ショップのテスト注文です。登録していません。"),
    "foreign_currency": _("日本円でない注文です。日本円の注文だけを受け付けています。"),
    "several_destinations": _("送付先が複数ある注文です。送付先ごとに注文を分けてください。"),
}
"""Why a message brought no order: code to sentence."""

PASSED_OVER = frozenset({"unknown_topic", "test_order"})
"""Those of REASONS that nobody has to do anything about."""


@dataclass(frozen=True)
class Nothing:
    """The message is no order for us. code: a key of REASONS."""

    code: str


@dataclass(frozen=True)
class Message:
    """A message as a shop sends it."""

    headers: Headers
    payload: Any


@dataclass(frozen=True)
class Live:
    """One live channel.

    code: that of the channel's profile. header: where the signature stands. signature: of a body, with a secret.
    id_header: where the shop names the message, the same each time it is sent; without one the body names it.
    kept: headers that are needed to read it. topic: from those and the read body. topics: those about orders; for
    others `read` is not asked.
    read: topic and body to a record. secret_is_theirs: the shop makes the secret, otherwise we do. example: a message
    about an order of this number, placed at this moment.
    """

    code: str
    name: str
    header: str
    signature: Callable[[bytes, str], str]
    id_header: str
    kept: tuple[str, ...]
    topic: Callable[[Headers, Any], str]
    topics: frozenset[str]
    read: Callable[[str, Any], Record | Nothing]
    secret_is_theirs: bool
    example: Callable[[str, str], Message]

    def is_signed(self, body: bytes, given: str, secrets: Iterable[str]) -> bool:
        """Whether the signature was made with one of the secrets."""
        said = given.strip().encode("utf-8", "replace")
        wanted = [self.signature(body, secret).encode() for secret in secrets]
        return any([hmac.compare_digest(said, one) for one in wanted])  # noqa: C419 (all are compared, in equal time)

    def meaning(self, headers: Headers, payload: Any) -> Record | Nothing:
        """The order that the message tells of, or why it tells of none."""
        topic = self.topic(headers, payload)
        return self.read(topic, payload) if topic in self.topics else Nothing("unknown_topic")


def in_base64(body: bytes, secret: str) -> str:
    """HMAC-SHA256 in base64."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode("ascii")


def in_hex(body: bytes, secret: str) -> str:
    """HMAC-SHA256 in hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def text(value: object) -> str:
    """A text or number as text; blank for anything else."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def part(value: object) -> Mapping[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def parts(value: object) -> list[Mapping[str, Any]]:
    """A list's objects; none for anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def yen(value: object) -> float:
    """An amount; 0 where it is none."""
    try:
        amount = float(text(value) or 0)
    except ValueError:
        return 0
    return amount if abs(amount) < 1e12 else 0


def whole(amount: float) -> str:
    """An amount as a record has it."""
    return str(round(amount)) if amount == round(amount) else f"{amount:.2f}"


def prefecture(code: str, name: str) -> str:
    """From "JP-13", "13" or "東京都"; what is none of them as it is."""
    number = code.upper().removeprefix("JP-")
    known = PREFECTURE_CODES.get(f"JP-{number.zfill(2)}") if number.isdecimal() else None
    return known or name or code


def address(prefecture: str, city: str, street: str, *behind: str) -> str:
    """One Japanese address. What is repeated in the next part, as people do who write all of it again, is said once."""
    town = city.removeprefix(prefecture)
    again = next((start for start in (prefecture + town, town, prefecture) if start and street.startswith(start)), "")
    return " ".join(filter(None, (prefecture + town + street.removeprefix(again), *behind)))
