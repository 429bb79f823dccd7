"""File names that are safe to keep, to show and to save under, on any system. Japanese stays as it was written."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 200  # characters
LONGEST_BYTES = 255  # of UTF-8, the most that Linux file systems take
NAMELESS = "file"

_SEPARATORS = re.compile(r"[/\\]")
_FORBIDDEN = re.compile(r'[<>:"|?*]')  # by Windows
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)  # likewise
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_COMPATIBILITY_IDEOGRAPHS = re.compile(r"[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_ENDING = re.compile(r"\.[^.\s]{1,10}$")


def safe(name: str) -> str:
    """The name without its path, in NFC, free of control and direction characters and of what Windows forbids.

    At most 200 characters and 255 bytes, cut before the ending; "file" where nothing is left of it.
    """
    last = _SEPARATORS.split(composed(name))[-1]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN)
    plain = " ".join(_FORBIDDEN.sub("_", seen).split()).strip(" .")
    if _RESERVED.fullmatch(plain):
        plain = f"_{plain}"
    return _cut(plain) or NAMELESS


def composed(text: str) -> str:
    """NFC, save for the compatibility ideographs (神 福 塚 of people's names), which NFC would turn into others."""
    parts = _COMPATIBILITY_IDEOGRAPHS.split(text)
    kept = _COMPATIBILITY_IDEOGRAPHS.findall(text)
    normal = [unicodedata.normalize("NFC", part) for part in parts]
    return "".join(part + ideograph for part, ideograph in zip(normal, [*kept, ""], strict=True))


def _cut(name: str) -> str:
    found = _ENDING.search(name)
    ending = found[0] if found else ""
    stem = name[: len(name) - len(ending)][: LONGEST - len(ending)]
    room = LONGEST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + ending
