"""What is asked about the layouts that a client mapped: the list, one with its columns, and what a mapping comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.errors import Refused
from core.wording import Sentence, _
from orders.intake import Counts, mapped, read
from orders.intake import Intake as Read
from orders.intake.mapped import LABELS
from orders.intake.reasons import SAME_ORDER, explain
from orders.intake.sampling import Column, columns_of
from orders.models import Channel, FileFormat, FormatVersion

PROBLEMS = 20
_OTHERS = {"statuses": _("状態の読み替え"), "slots": _("時間帯の読み替え")}


@dataclass(frozen=True)
class Listed:
    """A layout in the list. channels: names of those that are read by it. is_pair: it reads two files as one."""

    format: FileFormat
    versions: int
    channels: list[str]
    is_pair: bool


def listed() -> list[Listed]:
    """The layouts of the client, by name, those in the archive last. Two queries."""
    channels: dict[str, list[str]] = {}
    for code, name in Channel.objects.order_by("name").values_list("profile", "name"):
        channels.setdefault(code, []).append(name)
    in_force = FormatVersion.objects.filter(format=OuterRef("pk"), version=OuterRef("current"))
    pair = Coalesce("draft__pair", Subquery(in_force.values("definition__pair")[:1]))
    found = FileFormat.objects.annotate(n=Count("versions"), pair=pair).order_by("is_archived", "name", "pk")
    return [Listed(one, one.n, channels.get(one.code, []), bool(one.pair)) for one in found]


def definition_of(own: FileFormat) -> dict[str, Any]:
    """What is being worked on, else the version in force."""
    if own.draft:
        return dict(own.draft)
    version = FormatVersion.objects.filter(format=own, version=F("format__current")).first()
    return dict(version.definition) if version else {"fields": {}}


def columns(own: FileFormat, definition: Mapping[str, Any]) -> list[Column]:
    """The columns of the sample, and behind them those that the definition names and the sample does not have."""
    found = columns_of(own.sample) if own.sample else []
    known = {column.name for column in found}
    named = [name for source in definition.get("fields", {}).values() for name in source.get("columns", [])]
    return [*found, *(Column(name, ()) for name in dict.fromkeys(named) if name not in known)]


def joined_on(definition: Mapping[str, Any]) -> str:
    """The column on which the two files of the layout are joined; "" where it reads one file."""
    return str((definition.get("pair") or {}).get("key", ""))


@dataclass(frozen=True)
class Trial:
    """What a mapping makes of the sample: how many rows and orders, and what is wrong, or why it cannot be read."""

    read: Read | None
    problems: list[tuple[str, Sentence, int]]
    refusal: str = ""

    @property
    def counts(self) -> Counts | None:
        return self.read.counts if self.read else None


def trial(own: FileFormat, definition: Mapping[str, Any]) -> Trial | None:
    """Read the sample by this definition; None where there is no sample."""
    if not own.sample:
        return None
    try:
        profile = mapped.profile(definition, code=own.code, name=own.name, version=own.current + 1)
        found = read(own.sample.encode(), profile)
    except Refused as refusal:
        return Trial(None, [], why_not(refusal))
    grouped: dict[tuple[str, str], list[str]] = {}
    for column, value, code in found.refused.select("column", "value", "code").iter_rows():
        if code != SAME_ORDER:
            grouped.setdefault((column, code), []).append(value or "")
    problems = [
        (column, explain(code, column=column, value=values[0]), len(values))
        for (column, code), values in grouped.items()
    ]
    return Trial(found, sorted(problems, key=lambda one: -one[2])[:PROBLEMS])


def why_not(refusal: Refused) -> str:
    """Why a mapping makes no sense, said of the form's own fields."""
    if refusal.code != "definition":
        return str(refusal)
    kind, _dot, rest = refusal.field.partition(".")
    label = LABELS.get(rest.partition(".")[0]) if kind == "fields" else _OTHERS.get(kind)
    why = refusal.params["why"]
    return str(Sentence(_("「%(field)s」: %(why)s"), field=Sentence(label), why=why) if label else why)
