"""What is asked about files that came in: how far, what went in, what did not and why."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from django.core.cache import cache
from django.db.models import Count, Min
from redis.exceptions import RedisError

from core.errors import Refused
from core.paging import Page, page_of
from core.wording import Sentence, _
from documents.models import Document
from documents.services import check_readable, store
from orders import registry
from orders.intake import mend_file as mended
from orders.intake.differing import ALWAYS_TAKEN, COMPARED, SLOT_NAMES
from orders.intake.reasons import REASONS, SAME_ORDER, explain
from orders.intake.workbooks import SIGNATURE
from orders.models import Channel, Difference, Intake, Order, RefusedRow

REFUSED_ROWS = 100
DIFFERENCES = 100


@dataclass(frozen=True)
class Progress:
    """How far a file is read; total 0 where it has not begun."""

    done: int = 0
    total: int = 0
    rows: int = 0
    orders: int = 0


@dataclass(frozen=True)
class BadRow:
    """A refused row, ready to be shown."""

    row: int
    number: str
    column: str
    value: str
    code: str
    why: Sentence
    is_mended: bool


def history(*, after: str = "", before: str = "") -> Page[Intake]:
    """The files that came in, newest first."""
    rows = Intake.objects.select_related("channel")
    return page_of(rows, order=("-created_at", "-id"), after=after, before=before)


@dataclass(frozen=True)
class ChannelForms:
    """A channel, the name of the profile it is read by, and an example of each form of file that this reads."""

    name: str
    form: str
    examples: list[registry.Example]
    takes_pairs: bool


def channels_with_forms() -> list[ChannelForms]:
    """What can be sent: every active channel with its forms."""
    shown, profiles = [], registry.profiles()
    for channel in Channel.objects.filter(is_active=True).order_by("name"):
        profile = profiles.get(channel.profile)
        if profile is not None:
            examples = registry.examples(profile.code)
            shown.append(ChannelForms(channel.name, profile.name, examples, profile.pair is not None))
    return shown


def channels_reading(profile: str) -> list[Channel]:
    """The active channels whose files have this form."""
    return list(Channel.objects.filter(is_active=True, profile=profile).order_by("name"))


def progress(intake: Intake) -> Progress | None:
    """How far the reading is; None where it has ended."""
    if intake.state not in Intake.READ_NOW:
        return None
    shown: dict[str, int] = {}
    with contextlib.suppress(RedisError):  # a cache that is away hides how far it is, and not the page
        shown = cache.get(f"intake:{intake.pk}") or {}
    return Progress(shown.get("read", 0), shown.get("size", 0), shown.get("rows", 0), shown.get("orders", 0))


def error_of(intake: Intake) -> Sentence | None:
    """Why the whole file was refused."""
    error: dict[str, Any] = intake.error
    return Sentence(error["template"], **error.get("figures", {})) if error else None


def read_as(intake: Intake) -> str:
    """How the file was read: its encoding and what parts its cells, or the sheet of a workbook; "" where unknown."""
    if intake.sheet:
        return str(Sentence(_("Excel（シート「%(sheet)s」）"), sheet=intake.sheet))
    if not intake.encoding:
        return ""
    words = {",": _("コンマ区切り"), "\t": _("タブ区切り")}
    encoding = {"utf-8": "UTF-8", "cp932": "Shift_JIS (cp932)"}.get(intake.encoding, intake.encoding)
    parted = words.get(intake.separator)
    return f"{encoding} / {Sentence(parted)}" if parted else encoding


def refused_rows(intake: Intake, *, after: str = "", before: str = "") -> Page[BadRow]:
    """The rows that did not go in, in the order of the file."""
    found = page_of(
        RefusedRow.objects.filter(intake=intake), order=("row", "id"), after=after, before=before, size=REFUSED_ROWS
    )
    rows = [
        BadRow(row.row, row.number, row.column, row.value, row.code, _why(row), row.mended_by_id is not None)
        for row in found.rows
    ]
    return Page(rows=rows, after=found.after, before=found.before)


def _why(row: RefusedRow) -> Sentence:
    return _explained(row.code, row.column, row.value)


def _explained(code: str, column: str, value: str) -> Sentence:
    return explain(code, column=column, value=value) if code in REASONS else Sentence(code)


@dataclass(frozen=True)
class Problem:
    """One reason in one column: how many rows have it, the first of them, and what stands there."""

    column: str
    rows: int
    first_row: int
    why: Sentence


def problems(intake: Intake) -> list[Problem]:
    """Everything that is wrong with a file, grouped by reason and column, most frequent first. One query."""
    rows = RefusedRow.objects.filter(intake=intake).exclude(code=SAME_ORDER).order_by()
    grouped = rows.values("column", "code").annotate(n=Count("row", distinct=True), first=Min("row"), one=Min("value"))
    return [
        Problem(row["column"], row["n"], row["first"], _explained(row["code"], row["column"], row["one"]))
        for row in grouped.order_by("-n", "column", "code")
    ]


@dataclass(frozen=True)
class Change:
    """One thing that a file says differently of an order that is here. label: what it is."""

    order_id: int
    number: str
    label: Sentence
    before: str
    after: str
    taken: bool


def differences(intake: Intake, *, after: str = "") -> Page[Change]:
    """What a file says differently of the orders that are here, those of an order together."""
    found = page_of(Difference.objects.filter(intake=intake), order=("id",), after=after, size=DIFFERENCES)
    rows = [
        Change(
            row.order_id,
            row.number,
            Sentence(COMPARED.get(row.field, row.field)),
            str(_value(row.field, row.before)),
            str(_value(row.field, row.after)),
            row.taken,
        )
        for row in found.rows
    ]
    return Page(rows=rows, after=found.after, before=found.before)


def _value(field: str, text: str) -> Sentence | str:
    if field in ALWAYS_TAKEN:
        return Sentence(_("はい") if text else _("いいえ"))
    if field == "total":
        return f"¥{int(text):,}"
    if field == "wished_slot":
        return Sentence(SLOT_NAMES.get(text, text))
    return text


@dataclass(frozen=True)
class FirstOrder:
    """One of the first orders of a file, as it will be. standing: new, changed or known."""

    row: int
    number: str
    ordered_at: datetime
    name: str
    address: str
    lines: list[str]
    more: int
    total: int
    wished: date | None
    standing: str


def first_orders(intake: Intake) -> list[FirstOrder]:
    """The first orders of a file that waits for somebody to decide; none later on."""
    return as_shown(intake.shown)


def as_shown(kept: Sequence[Mapping[str, Any]]) -> list[FirstOrder]:
    """Orders as Intake.shown keeps them, ready to be shown."""
    return [
        FirstOrder(
            **{
                **order,
                "ordered_at": datetime.fromisoformat(order["ordered_at"]),
                "wished": date.fromisoformat(order["wished"]) if order["wished"] else None,
            }
        )
        for order in kept
    ]


def form_name(intake: Intake) -> str:
    """By which form a file was read, with the version of one that the client mapped; "" where it was no file."""
    if not intake.profile:
        return ""
    form = registry.profile_of(intake.profile, intake.profile_version)
    if registry.is_built_in(form.code):
        return form.name
    return str(Sentence(_("%(name)s（第%(version)s版）"), name=form.name, version=form.version))


def document_of(intake: Intake) -> Document | None:
    """The document that the file is kept as, once it was taken."""
    return Document.objects.filter(pk=intake.document_id).first() if intake.document_id else None


def refused_columns(intake: Intake) -> str:
    """In which columns how many rows were refused, most frequent first, as one line; "" where none was."""
    rows = RefusedRow.objects.filter(intake=intake).order_by()
    counted = rows.values_list("column").annotate(n=Count("id")).order_by("-n", "column")
    return "、".join(str(_in_column(column, n)) for column, n in counted)


def _in_column(column: str, n: int) -> Sentence:
    where = column or Sentence(_("行全体"))
    return Sentence(_("%(column)s %(n)s行"), column=where, n=f"{n:,}")


def original_name(intake: Intake, content: bytes) -> str:
    """What the file as it was sent is called; two files come as one archive."""
    is_archive = content.startswith(SIGNATURE) and not intake.file_name.lower().endswith((".xlsx", ".zip"))
    return f"{intake.file_name}.zip" if is_archive and " + " in intake.file_name else intake.file_name


def original(intake: Intake) -> bytes:
    """The file as it was sent. Refused where the orders did not come as a file."""
    if not intake.storage_key:
        raise Refused(Sentence(_("この取込にはファイルがありません。")), code="no_file")
    document = document_of(intake)
    if document is not None:
        check_readable(document)
    with store().open(intake.storage_key) as stream:
        return stream.read()


def mend_file(intake: Intake) -> tuple[str, bytes]:
    """The rows that did not go in as a file to be mended, and its name."""
    rows = RefusedRow.objects.filter(intake=intake).order_by("row", "id")
    frame = pl.DataFrame(
        list(rows.values_list("row", "column", "value", "code", "number")),
        schema={"row": pl.UInt32, "column": pl.String, "value": pl.String, "code": pl.String, "number": pl.String},
        orient="row",
    )
    if frame.is_empty():
        raise Refused(Sentence(_("修正が必要な行はありません。")), code="nothing_to_mend")
    content = original(intake)
    stem, dot, ending = intake.file_name.rpartition(".")
    if content.startswith(SIGNATURE):  # a workbook or two files come back as one CSV
        dot, ending = ".", "csv"
    name = f"{stem}_要修正{dot}{ending}" if stem else f"{ending}_要修正.csv"
    return name, mended(
        content, registry.profile_of(intake.profile or intake.channel.profile, intake.profile_version), frame
    )


def channel_for(code: str) -> Channel:
    """The channel of that code, or the only one there is where none is named; Refused where that leaves a question."""
    active = Channel.objects.filter(is_active=True)
    found = list(active.filter(code=code) if code else active[:2])
    if len(found) != 1:
        sentence = Sentence(_("販売チャネル（channel）を指定してください。設定にあるコードを使います。"))
        raise Refused(sentence, code="no_channel", field="channel")
    return found[0]


def results(intake: Intake, numbers: Sequence[str]) -> list[dict[str, Any]]:
    """What became of records that were sent, in their order: place, number, result, id and problems of each.

    numbers: the number of each record. result: created, known (there before) or refused.
    """
    problems: dict[int, list[dict[str, str]]] = {}
    for row in RefusedRow.objects.filter(intake=intake).order_by("id"):
        said = {"field": row.column, "value": row.value, "code": row.code, "message": str(_why(row))}
        problems.setdefault(row.row, []).append(said)
    taken = {number for place, number in enumerate(numbers, 1) if place not in problems}
    orders = Order.objects.filter(channel_id=intake.channel_id, number__in=taken)
    ids = {number: (pk, came) for number, pk, came in orders.values_list("number", "pk", "intake_id")}
    return [_result(intake, place, number, problems.get(place), ids) for place, number in enumerate(numbers, 1)]


def _result(
    intake: Intake,
    place: int,
    number: str,
    problems: list[dict[str, str]] | None,
    ids: Mapping[str, tuple[int, int | None]],
) -> dict[str, Any]:
    pk, came = ids.get(number, (None, None))
    if problems:
        result, pk = "refused", None
    else:
        result = "created" if came == intake.pk else "known"
    return {"place": place, "number": number, "result": result, "id": pk, "problems": problems or []}
