"""Rewrite a PNG with only what its picture needs, so that no decoder meets notes, profiles or thousands of chunks.

A PNG is a signature and chunks: a length, four letters, that much data, and a CRC of letters and data. A first letter
in lower case means that a decoder may leave the chunk out. Most bombs hide in such chunks, and a wrong CRC in one is
no reason to refuse the picture.
"""

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# The ancillary chunks that are kept, and how long each may be: transparency and orientation, and those of animations.
KEPT = {b"tRNS": 256, b"eXIf": 1 << 16}
ANIMATION = {b"acTL": 8, b"fcTL": 26, b"fdAT": 1 << 31}
HEADERS = {b"IHDR", b"PLTE"}
# The bit of a kind's first letter that makes it lower case.
ANCILLARY = 0x20
GRAY, COLOR = 0, 2


def essential(data: bytes, *, animated: bool = False) -> bytes:
    """Return the PNG ``data`` with its critical chunks, its transparency and its EXIF block, if they are whole.

    All image data becomes one chunk. The frames of an animation after the first are kept only if it is ``animated``.
    Raises :class:`ValueError` when the header or the palette is damaged.
    """
    kept = KEPT | ANIMATION if animated else KEPT
    parts, pixels, place = [SIGNATURE], list[bytes](), None
    header = data[len(SIGNATURE) + 8 :][:13]
    for kind, body, whole in _chunks(data):
        if kind[0] & ANCILLARY and (not whole or len(body) > kept.get(kind, -1)):
            continue
        if kind == b"IDAT":
            place = place or len(parts)
            pixels.append(body)
        elif kind == b"tRNS":
            parts.append(_chunk(kind, _transparent(header, body)))
        elif whole:
            parts.append(_chunk(kind, body))
        elif kind in HEADERS:
            raise ValueError(kind)
    if place:
        parts.insert(place, _chunk(b"IDAT", b"".join(pixels)))
    return b"".join(parts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield each chunk's kind, its data, and whether its CRC is right; the last may be cut."""
    at = len(SIGNATURE)
    while len(data) - at >= 8:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        body = data[at + 8 : end]
        whole = data[end : end + 4] == _crc(kind, body)
        yield kind, body, whole
        at = end + 4
        if kind == b"IEND":
            return


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + _crc(kind, body)


def _crc(kind: bytes, body: bytes) -> bytes:
    return zlib.crc32(body, zlib.crc32(kind)).to_bytes(4, "big")


def _transparent(header: bytes, body: bytes) -> bytes:
    """Return a transparent gray or color as Pillow compares it: with 8 bits, unless the picture is 16-bit gray."""
    if len(header) < 13 or len(body) % 2:
        return body
    depth, kind = header[8], header[9]
    values = struct.unpack(f">{len(body) // 2}H", body)
    if kind == GRAY and depth in {2, 4}:
        values = [value * 255 // ((1 << depth) - 1) for value in values]
    elif kind == COLOR and depth == 16:
        values = [value >> 8 for value in values]
    else:
        return body
    return struct.pack(f">{len(values)}H", *(value & 0xFFFF for value in values))
