"""Pictures that people give for their papers: a logo as PNG or SVG, a seal as PNG. Taken in cleaned, or refused.

What is kept is never what was sent: a PNG keeps the chunks that make the picture, an SVG the elements and attributes
that draw. So nothing comes along that a picture does not need: no script, no link to elsewhere, no camera's position.
"""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import Refused
from core.wording import Sentence, _

LARGEST = 256 * 1024
MOST_PIXELS = 2000
MOST_ELEMENTS = 3000
DEEPEST = 30
PNG, SVG = "image/png", "image/svg+xml"

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT", b"IEND"})
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_WITH_ALPHA = frozenset({4, 6})

_SPACE = "http://www.w3.org/2000/svg"
_DRAWING = (
    "svg g defs style title desc path rect circle ellipse line polyline polygon text tspan clipPath mask "
    "linearGradient radialGradient stop"
)
_SAYING_HOW = (
    "id class viewBox version width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d points transform fill fill-rule "
    "fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray "
    "stroke-dashoffset stroke-opacity opacity color display visibility clip-path clip-rule clipPathUnits mask "
    "maskUnits maskContentUnits offset stop-color stop-opacity gradientUnits gradientTransform spreadMethod "
    "preserveAspectRatio font-family font-size font-weight font-style text-anchor letter-spacing dx dy style href"
)
_ELEMENTS = frozenset(_DRAWING.split())  # there is no `use`: a few lines of it draw a thing a million times
_ATTRIBUTES = frozenset(_SAYING_HOW.split())
_OUTSIDE = re.compile(r"url\s*\(\s*(?!['\"]?#)|@import|expression|javascript:", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """A picture that may be printed. content: its cleaned bytes."""

    content: bytes
    content_type: str


def logo(content: bytes) -> Picture:
    """The logo, cleaned. Raises Refused, for the field `logo`, where it is none or cannot be taken."""
    _check_size(content, "logo")
    if content.startswith(_SIGNATURE):
        return Picture(_png(content, "logo"), PNG)
    return Picture(_svg(content), SVG)


def seal(content: bytes) -> Picture:
    """The seal (角印), cleaned: a PNG one can see through, since it lies over the name. Raises Refused for `seal`."""
    _check_size(content, "seal")
    if not content.startswith(_SIGNATURE):
        raise _refused(_("角印はPNG形式の画像にしてください。"), "not_png", "seal")
    clean = _png(content, "seal")
    if not _is_transparent(clean):
        text = _("角印の背景が透明ではありません。社名に重なるため、背景を透明にしたPNGにしてください。")
        raise _refused(text, "opaque", "seal")
    return Picture(clean, PNG)


def _refused(text: str, code: str, field: str, **figures: object) -> Refused:
    return Refused(Sentence(text, **figures), code=code, field=field)


def _check_size(content: bytes, field: str) -> None:
    if len(content) > LARGEST:
        text = _("画像が大きすぎます（%(size)s KB）。%(most)s KB以下にしてください。")
        raise _refused(text, "too_large", field, size=-(-len(content) // 1024), most=LARGEST // 1024)


def _png(content: bytes, field: str) -> bytes:
    """The PNG with the chunks that draw it. Refused where it is damaged, or more than a paper needs."""
    try:
        chunks = [chunk for chunk in _chunks(content) if chunk[0] in _DRAWN]
        width, height, depth, colour, _compression, _filter, interlace = struct.unpack(">LLBBBBB", chunks[0][1])
    except (ValueError, IndexError, struct.error):
        raise _refused(_("PNGファイルが壊れています。書き出し直してください。"), "broken", field) from None
    if not 0 < width <= MOST_PIXELS or not 0 < height <= MOST_PIXELS:
        text = _("画像が大きすぎます（%(width)s×%(height)s画素）。縦横とも%(most)s画素以下にしてください。")
        raise _refused(text, "too_many_pixels", field, width=width, height=height, most=MOST_PIXELS)
    row = (width * _SAMPLES.get(colour, 0) * depth + 7) // 8 + 1
    if interlace or not _fills(chunks, row * height):
        raise _refused(
            _("PNGファイルが壊れているか、インターレース形式です。書き出し直してください。"), "broken", field
        )
    return _SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from(">L4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">L", content, at + 8 + length)
        if check != zlib.crc32(name + body):
            raise ValueError("A chunk is damaged.")
        yield name, body
        at += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + name + body + struct.pack(">L", zlib.crc32(name + body))


def _fills(chunks: list[tuple[bytes, bytes]], size: int) -> bool:
    """Whether the packed rows unpack to exactly what the head promises; no more than that is ever unpacked."""
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    unpacker = zlib.decompressobj()
    try:
        return len(unpacker.decompress(packed, size + 1)) == size > 0
    except zlib.error:
        return False


def _is_transparent(png: bytes) -> bool:
    (colour,) = struct.unpack_from(">B", png, len(_SIGNATURE) + 8 + 9)
    return colour in _WITH_ALPHA or any(name == b"tRNS" for name, _body in _chunks(png))


def _svg(content: bytes) -> bytes:
    """The SVG with nothing but what draws. Refused where it is none."""
    try:
        root = _parsed(content.decode("utf-8-sig"))
    except (ValueError, ET.ParseError):
        raise _refused(_("ロゴはPNGかSVG形式の画像にしてください。"), "not_a_picture", "logo") from None
    if sum(1 for _element in root.iter()) > MOST_ELEMENTS or _depth(root) > DEEPEST:
        raise _refused(_("SVGが複雑すぎます。図形を減らすか、PNGで書き出してください。"), "too_complex", "logo")
    ET.register_namespace("", _SPACE)
    return bytes(ET.tostring(_drawing(root), encoding="utf-8"))


def _parsed(text: str) -> ET.Element:
    """The picture as a tree. Raises ValueError or ParseError where it is none.

    Without declarations of its own it has no entities, and so nothing that grows or reads files while it is parsed.
    """
    text = re.sub(r"<!DOCTYPE[^\[>]*>", "", text, count=1)
    if "<!" in re.sub(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", "", text, flags=re.DOTALL):
        raise ValueError("A document type with declarations.")
    root = ET.fromstring(text)  # noqa: S314 (see above: what makes the parser unsafe cannot be in it)
    if root.tag not in (f"{{{_SPACE}}}svg", "svg"):
        raise ValueError("Another kind of XML.")
    return root


def _drawing(element: ET.Element) -> ET.Element:
    clean = ET.Element(f"{{{_SPACE}}}{_local(element.tag)}", _attributes(element))
    clean.text, clean.tail = "" if _OUTSIDE.search(element.text or "") else element.text, element.tail
    clean.extend(_drawing(part) for part in element if _local(part.tag) in _ELEMENTS)
    return clean


def _depth(root: ET.Element) -> int:
    """How deep its elements lie in one another; counted no further than what is refused."""
    depth, level = 0, [root]
    while level and depth <= DEEPEST:
        depth, level = depth + 1, [part for element in level for part in element]
    return depth


def _attributes(element: ET.Element) -> dict[str, str]:
    """Those that draw; a reference may only lead to a part of the same picture."""
    kept = {_local(name): value for name, value in element.attrib.items() if _local(name) in _ATTRIBUTES}
    return {
        name: value
        for name, value in kept.items()
        if not _OUTSIDE.search(value) and (name != "href" or value.startswith("#"))
    }


def _local(tag: object) -> str:
    """The name without its namespace; "" for what is no element, such as a comment."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
