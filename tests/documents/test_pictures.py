"""Logos and seals: what is taken comes out cleaned, what is not is refused with a sentence."""

from __future__ import annotations

import struct
import zlib

import pytest

from core.errors import Refused
from documents import pictures
from tests.factories.papers import LOGO, png


def refusal(content: bytes, *, seal: bool = False) -> str:
    with pytest.raises(Refused) as refused:
        (pictures.seal if seal else pictures.logo)(content)
    assert refused.value.field == ("seal" if seal else "logo")
    return refused.value.code


def test_a_png_keeps_its_picture_and_loses_what_travelled_in_it() -> None:
    clean = pictures.logo(png(extra=b"Comment\x00taken at 35.6, 139.7"))

    assert clean.content == png()
    assert clean.content_type == "image/png"


def test_an_svg_keeps_what_draws_and_loses_everything_else() -> None:
    dirty = b"""<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd">
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" onload="x()">
      <script>alert(1)</script><!-- made by hand --><foreignObject><iframe src="http://evil"/></foreignObject>
      <style>@import url(http://evil/x.css);</style><style>.a { fill: #123456 }</style>
      <image href="http://evil/x.png"/><image xlink:href="file:///etc/passwd"/><a href="javascript:x()"><g/></a>
      <rect class="a" width="9" height="9" fill="url(http://evil/#a)" onclick="x()"/>
      <linearGradient id="g" xlink:href="#h"/><circle r="3" fill="url(#g)"/><use xlink:href="#bomb"/>
    </svg>"""

    clean = pictures.logo(dirty).content.decode()

    for bad in ("script", "onload", "onclick", "evil", "passwd", "foreignObject", "iframe", "use", "image", "DOCTYPE"):
        assert bad not in clean
    for good in ('viewBox="0 0 9 9"', "#123456", 'class="a"', "url(#g)", "circle", "linearGradient"):
        assert good in clean


def test_a_plain_svg_is_taken() -> None:
    assert pictures.logo(LOGO).content_type == "image/svg+xml"


BOMB = b"""<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>"""
READER = (
    b"""<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>"""
)
DEEP = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g>" * 5000 + b"</g>" * 5000 + b"</svg>"
MANY = b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<g/>" * 4000 + b"</svg>"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b"<html/>", "not_a_picture"),
        (b"\xff\xd8\xff\xe0", "not_a_picture"),
        (LOGO.decode().encode("utf-16"), "not_a_picture"),
        (BOMB, "not_a_picture"),
        (READER, "not_a_picture"),
        (DEEP, "too_complex"),
        (MANY, "too_complex"),
        (png()[:-20], "broken"),
        (png().replace(b"IDAT", b"IDAX"), "broken"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (bytes(pictures.LARGEST + 1), "too_large"),
        (png(3000, 2), "too_many_pixels"),
    ],
)
def test_what_is_no_logo_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_picture_that_unpacks_to_more_than_it_says_is_refused() -> None:
    head = struct.pack(">LLBBBBB", 2, 2, 8, 6, 0, 0, 0)
    body = zlib.compress(bytes(50_000_000))
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        for name, data in ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    )

    assert refusal(bomb) == "broken"


def test_a_seal_is_a_png_that_one_can_see_through() -> None:
    assert pictures.seal(png()).content == png()
    assert refusal(png(colour=2), seal=True) == "opaque"
    assert refusal(LOGO, seal=True) == "not_png"
