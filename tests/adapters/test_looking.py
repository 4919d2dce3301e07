"""What a document holds is counted however it is packed; what cannot be counted is refused."""

from __future__ import annotations

import base64
import zlib

import pytest

from app.adapters.media.looking import Flaw, look_at_document
from tests.factories.files import document_packed_by, swelling

PAGE = zlib.compress(b"BT (Ada Pinch) Tj ET")
LARGE = swelling()


def base85(body: bytes) -> bytes:
    return base64.a85encode(body, wrapcol=76) + b"~>\n"


def hexadecimal(body: bytes) -> bytes:
    return body.hex(" ", 38).encode() + b">\n"


PLAIN: dict[str, bytes] = {
    "as it is": document_packed_by(b"BT ET"),
    "packed": document_packed_by(PAGE, "FlateDecode"),
    "packed, in base 85": document_packed_by(base85(PAGE), "ASCII85Decode", "FlateDecode"),
    "packed, in hexadecimal": document_packed_by(hexadecimal(PAGE), "ASCIIHexDecode", "FlateDecode"),
    "in half a digit": document_packed_by(b"4>", "AHx"),
    "a photo, packed": document_packed_by(PAGE, "FlateDecode", "DCTDecode"),
    "a photo in base 85": document_packed_by(base85(b"\xff\xd8"), "ASCII85Decode", "DCTDecode"),
}
FLAWED: dict[str, bytes] = {
    "without end": document_packed_by(LARGE, "FlateDecode"),
    "without end, in base 85": document_packed_by(base85(LARGE), "ASCII85Decode", "FlateDecode"),
    "without end, in hexadecimal": document_packed_by(hexadecimal(LARGE), "ASCIIHexDecode", "FlateDecode"),
    "without end, by short names": document_packed_by(hexadecimal(LARGE), "AHx", "Fl"),
    "packed twice": document_packed_by(zlib.compress(PAGE), "FlateDecode", "FlateDecode"),
    "packed behind another filter": document_packed_by(b"", "DCTDecode", "FlateDecode"),
    "written as text twice": document_packed_by(hexadecimal(base85(PAGE)), "ASCIIHexDecode", "A85", "FlateDecode"),
    "text that was packed": document_packed_by(zlib.compress(base85(PAGE)), "FlateDecode", "ASCII85Decode"),
    "no base 85": document_packed_by(b"\xff\xff~>", "ASCII85Decode", "FlateDecode"),
    "no hexadecimal": document_packed_by(b"gg>", "ASCIIHexDecode", "FlateDecode"),
    "by LZW": document_packed_by(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", "LZWDecode"),
    "by lengths of runs": document_packed_by(b"\x81 \x80", "RunLengthDecode"),
    "by lengths of runs, in base 85": document_packed_by(base85(b"\x81 \x80"), "ASCII85Decode", "RL"),
}


@pytest.mark.parametrize("body", PLAIN.values(), ids=PLAIN.keys())
def test_a_document_that_holds_little_is_taken(body: bytes) -> None:
    assert look_at_document(body)["content_type"] == "application/pdf"


@pytest.mark.parametrize("body", FLAWED.values(), ids=FLAWED.keys())
def test_a_document_whose_content_is_too_much_or_cannot_be_counted_is_refused(body: bytes) -> None:
    with pytest.raises(Flaw, match="unreadable"):
        look_at_document(body)
