"""Walk the segments of a JPEG without decoding it: how many scans a decoder would meet, and whether the end is there.

The structure is that of ITU-T T.81, Annex B: markers (FF and a code), most of them followed by a length and that much
data. The compressed data after a scan's header has no length, but an FF inside it is always followed by 00 or by a
restart marker, so the next other marker ends it. What follows the end-of-image marker isn't part of the picture:
phones put a video there.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

END = b"\xff\xd9"
START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN, APP1 = 0xD8, 0xD9, 0xDA, 0xE1
# Frame headers: 0xC0 to 0xCF but for three codes, which are tables and an extension.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = {0xC2, 0xCA}
# A marker is any code but 00 (an FF of the data), the restart markers, and FF (a fill byte).
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
TEMPORARY = 0x01
EXIF = b"Exif\0\0"
COEFFICIENTS = 64
ALL_COEFFICIENTS = (1 << COEFFICIENTS) - 1
# What the decoder makes of blocks that it has no data for: middle gray, in CMYK inverted.
NO_DATA = (127, 128)
# The part of the picture's pixels that may be missing at its end.
MISSING = 0.01


@dataclass(slots=True)
class Outline:
    """What is in a JPEG up to its end: its bits per sample, and how many segments, EXIF blocks and scans it has.

    ``ended`` tells whether its end-of-image marker is there. ``exact`` has, for each component of a progressive one,
    the coefficients whose last scan has begun, as a set of bits.
    """

    precision: int = 8
    segments: int = 0
    exifs: int = 0
    scans: int = 0
    ended: bool = False
    progressive: bool = False
    exact: dict[int, int] = field(default_factory=dict[int, int])

    @property
    def every_scan_begun(self) -> bool:
        """Whether no later scan could add to a progressive picture, so that only detail of the last can be missing."""
        return self.progressive and all(one == ALL_COEFFICIENTS for one in self.exact.values())


def read_outline(data: bytes, most_segments: int) -> Outline:
    """Return what is in the JPEG ``data``; stops after ``most_segments``."""
    found, at = Outline(), 2
    while found.segments <= most_segments and (marker := MARKER.search(data, at)):
        code, at = data[marker.end() - 1], marker.end()
        if code == END_OF_IMAGE:
            found.ended = True
            break
        if code in {START_OF_IMAGE, TEMPORARY}:
            continue
        length = max(int.from_bytes(data[at : at + 2], "big"), 2)
        _note(found, code, data[at + 2 : at + length])
        at += length
    return found


def _note(found: Outline, code: int, body: bytes) -> None:
    found.segments += 1
    found.exifs += code == APP1 and body.startswith(EXIF)
    if code in FRAMES and len(body) > 5:
        found.precision, found.progressive = body[0], code in PROGRESSIVE
        found.exact = dict.fromkeys(body[6::3], 0)
    elif code == START_OF_SCAN:
        found.scans += 1
        _note_scan(found, body)


def _note_scan(found: Outline, body: bytes) -> None:
    """Note which coefficients of which components are exact once this scan is read (T.81, B.2.3)."""
    if len(body) < 4 or len(body) != 4 + 2 * body[0]:
        return
    first, last, steps = body[-3:]
    # The low half of the last byte is the number of bits that are still to come.
    if steps & 15 == 0 and first <= last < COEFFICIENTS:
        for component in body[1:-3:2]:
            found.exact[component] = found.exact.get(component, 0) | (1 << last + 1) - (1 << first)


def lacks_little(image: Image.Image, outline: Outline) -> bool:
    """Tell whether what is missing at the end of a decoded JPEG, cut before its end, is too little to matter."""
    if outline.scans > 1:
        return outline.every_scan_begun
    rows = int(image.height * MISSING) + 2 * 16  # and the last row of blocks, of which any part may be missing
    bottom = image.crop((0, max(image.height - rows, 0), image.width, image.height))
    pixels = np.asarray(bottom).reshape(bottom.height, bottom.width, -1)
    empty = np.isin(pixels[::-1, ::-1], NO_DATA).all(-1)
    # In each row from the bottom, how many pixels before the right edge are empty.
    runs = np.logical_and.accumulate(empty, axis=1).sum(1)
    missing = runs[np.logical_and.accumulate(runs > 0)].sum()
    return bool(missing < MISSING * image.width * image.height)
