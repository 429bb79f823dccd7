"""The translations, without GNU gettext: collects source strings, checks that all are translated, compiles.

Usage: bin/messages.py collect | check | compile
Japanese is the source language; each folder of `locale/` holds the translation into another one.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import django
import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
NOT_SHIPPED = {"bench", "tests"}

# Which arguments of a marking function are context, singular and plural (None: it has no such argument).
MARKERS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
CALL = re.compile(rf"\b({'|'.join(sorted(MARKERS, key=len, reverse=True))})\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


class Message(NamedTuple):
    """A source string: its context (None mostly), itself, and its plural (None mostly)."""

    context: str | None
    singular: str
    plural: str | None


def in_python(source: str) -> Iterator[Message]:
    """The strings that Python code marks for translation. An f-string is none of them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (positions := MARKERS.get(_called(node.func))):
            texts = [node.args[i] if i is not None and i < len(node.args) else None for i in positions]
            context, singular, plural = (t.value if isinstance(t, ast.Constant) else None for t in texts)
            if isinstance(singular, str):
                yield Message(_text(context), singular, _text(plural))


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def in_template(source: str) -> Iterator[Message]:
    """The strings that a template marks. Django turns it into the calls that it makes."""
    code = templatize(source)
    for match in CALL.finditer(code):
        literals = _literals(code[match.end() :])
        context, singular, plural = (
            literals[i] if i is not None and i < len(literals) else None for i in MARKERS[match[1]]
        )
        if singular is not None:
            yield Message(context, singular, plural)


LITERAL = re.compile(r"""\s*u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(,?)""")


def _literals(code: str) -> list[str]:
    """The string literals at the head of an argument list."""
    found: list[str] = []
    position = 0
    while match := LITERAL.match(code, position):
        found.append(ast.literal_eval(match[1]))
        position = match.end()
        if not match[2]:
            break
    return found


def collected() -> dict[Message, list[str]]:
    """Every source string of the portal, with the files it stands in."""
    found: dict[Message, list[str]] = {}
    for package in sorted(init.parent for init in ROOT.glob("*/__init__.py")):
        if package.name in NOT_SHIPPED:
            continue
        for file in sorted([*package.rglob("*.py"), *package.rglob("*.html"), *package.rglob("*.txt")]):
            if "migrations" in file.parts:
                continue
            read = in_python if file.suffix == ".py" else in_template
            for message in read(file.read_text(encoding="utf-8")):
                if message.singular:
                    places = found.setdefault(message, [])
                    places.extend({str(file.relative_to(ROOT))} - set(places))
    return found


def catalogues() -> list[polib.POFile]:
    """The translations, one per language."""
    return [polib.pofile(str(file), wrapwidth=110) for file in sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po"))]


def _key(entry: polib.POEntry) -> Message:
    return Message(entry.msgctxt or None, entry.msgid, entry.msgid_plural or None)


def collect(catalogue: polib.POFile) -> None:
    """Bring the catalogue up to date: new source strings come in without translation, gone ones are dropped."""
    known = {_key(entry): entry for entry in catalogue}
    catalogue.clear()
    for message, places in sorted(collected().items(), key=lambda item: (item[1][0], item[0].singular)):
        entry = known.get(message) or polib.POEntry(msgctxt=message.context, msgid=message.singular)
        if message.plural and message not in known:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: "", 1: ""}
        entry.obsolete = False
        entry.occurrences = [(place, "") for place in sorted(places)]
        catalogue.append(entry)
    catalogue.save()


def faults(catalogue: polib.POFile) -> list[str]:
    """What is wrong with a catalogue: strings missing, not translated or left over, placeholders that differ."""
    known = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    source = collected()
    found = [f"{source[m][0]}: not in the catalogue: {m.singular!r}" for m in source.keys() - known.keys()]
    found += [f"no longer used: {m.singular!r}" for m in known.keys() - source.keys()]
    for message in source.keys() & known.keys():
        entry = known[message]
        if not entry.translated():
            found.append(f"{source[message][0]}: not translated: {message.singular!r}")
        elif not _same_placeholders(entry):
            found.append(f"{source[message][0]}: placeholders differ: {message.singular!r}")
    return sorted(found)


def _same_placeholders(entry: polib.POEntry) -> bool:
    """Whether each translated form names the placeholders of its source, a plural's forms at most those."""
    wanted = sorted(PLACEHOLDER.findall(entry.msgid))
    if entry.msgid_plural:
        allowed = set(wanted) | set(PLACEHOLDER.findall(entry.msgid_plural))
        return all(set(PLACEHOLDER.findall(form)) <= allowed for form in entry.msgstr_plural.values())
    return sorted(PLACEHOLDER.findall(entry.msgstr)) == wanted


def main(arguments: list[str]) -> int:
    """Do the one thing asked for; 0 where all is well."""
    settings.configure(USE_I18N=True)
    django.setup()
    if arguments not in (["collect"], ["check"], ["compile"]):
        print(__doc__, file=sys.stderr)
        return 2
    for catalogue in catalogues():
        if arguments == ["collect"]:
            collect(catalogue)
        elif arguments == ["compile"]:
            catalogue.save_as_mofile(str(Path(catalogue.fpath).with_suffix(".mo")))
        elif found := faults(catalogue):
            print(f"{catalogue.fpath}: {len(found)} faults; `bin/messages.py collect` updates the source strings.")
            print("\n".join(found))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
