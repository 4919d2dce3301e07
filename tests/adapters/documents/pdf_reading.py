"""Reads back the text of the PDFs that Typst writes: glyphs through each font's table to Unicode. Not for others'."""

import re
import zlib
from typing import Final

_OBJECT: Final = re.compile(rb"(?<!\d)(\d+) 0 obj\s(.*?)\sendobj", re.DOTALL)
_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
# A font; glyphs, as strings in which parentheses stand bare when balanced; the end of a run.
_STRING: Final = rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)"
_SHOWN: Final = re.compile(rb"/(f\d+) [\d.]+ Tf|((?:" + _STRING + rb"|[-\d. \[\]])*)T[Jj]|(ET)", re.DOTALL)
_GLYPHS: Final = re.compile(_STRING, re.DOTALL)
_ESCAPE: Final = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page; one run of one font a line."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for _, body in sorted(objects.items()) if re.search(rb"/Type\s*/Page\b", body)]
    return [_text_of(page, objects) for page in pages]


def _text_of(page: bytes, objects: dict[int, bytes]) -> str:
    resources = _followed(page, b"Resources", objects)
    fonts = {
        name: _table_of(objects[int(number)], objects) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
    }
    shown, font = "", {}
    for name, array, end in _SHOWN.findall(_stream(_followed(page, b"Contents", objects))):
        if name:
            font = fonts[name]
        elif end:
            shown += "\n"
        for literal in _GLYPHS.findall(array):
            glyphs = _ESCAPE.sub(_unescaped, literal[1:-1])
            shown += "".join(font.get(glyphs[place : place + 2], "\ufffd") for place in range(0, len(glyphs), 2))
    return shown


def _followed(body: bytes, key: bytes, objects: dict[int, bytes]) -> bytes:
    reference = re.search(rb"/" + key + rb" (\d+) 0 R", body)
    return objects[int(reference[1])] if reference else body


def _table_of(font: bytes, objects: dict[int, bytes]) -> dict[bytes, str]:
    table = _stream(_followed(font, b"ToUnicode", objects))
    pairs = re.findall(rb"^<([0-9A-F]{4})> <([0-9A-F]+)>$", table, re.MULTILINE)
    return {bytes.fromhex(glyph.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found
    return zlib.decompress(found[1]) if b"FlateDecode" in body else found[1]


def _unescaped(escape: re.Match[bytes]) -> bytes:
    told = escape[1]
    return bytes([int(told, 8)]) if told.isdigit() else _NAMED.get(told, told)
