"""From the bytes of an upload to the small square that a model sees. Every byte is hostile until checked.

The first bytes decide what a file is, never its name, and only four decoders are ever tried. Any exception of a decoder
becomes an :class:`ImageRejected`.
"""

import io
import math
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from ..cards import ImageInput
from ..errors import BrokenImage, EmptyFile, ImageRejected, NotAnImage, TooManyBytes, TooManyPixels, UnsupportedFormat

# The largest file and the largest picture that are decoded (10 MB as Discord counts it).
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000

# Pictures of more pixels than this are decoded one at a time: a decoder may need a dozen bytes for each.
LARGE = 4_000_000
_large_turn = threading.Lock()

DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WebP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}

# The first bytes of formats, and their names.
SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
    (b"%PDF", "PDF"),
    (b"8BPS", "PSD"),
    (b"\x00\x00\x01\x00", "ICO"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (b"\x1a\x45\xdf\xa3", "WebM"),
)
# Brands of the ISO base media format ("....ftyp"), the more specific ones first.
BRANDS = ((("avif", "avis"), "AVIF"), (("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"), "HEIC"))
SVG_SEARCH_BYTES = 4096

# A JPEG is decoded smaller as long as this many times the model's side remains, and a picture that is still many times
# too large is first averaged down by a whole factor. Photos whose shorter side is below 690 pixels are not touched by
# either; on mosaics of sharp larger ones they moved the logits by at most 2% of their variance (8-bit weights: 3%).
KEEP = 1.75
REDUCING_GAP = 1.35

# The first bytes of a scan and of an EXIF block in a JPEG. A scan decodes every pixel again and may have 42 bytes, so a
# small file of many scans keeps a decoder busy for hours; honest files have about ten, and few EXIF blocks.
JPEG_MARKS = (b"\xff\xda", b"Exif\0\0")
MAX_REPEATS = 64

ORIENTATION_TAG = 0x0112
# What undoes each EXIF orientation except 1, which is upright.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A decoded picture.

    ``size`` is its own (width, height); ``image`` may have fewer pixels, and isn't upright yet.
    """

    format: str
    size: tuple[int, int]
    image: Image.Image
    orientation: int


def find_format(data: bytes) -> str:
    """Return the format of ``data``, a key of :data:`DECODERS`.

    Raises :class:`EmptyFile`, :class:`TooManyBytes`, :class:`UnsupportedFormat` or :class:`NotAnImage`.
    """
    if not data:
        raise EmptyFile
    if len(data) > MAX_BYTES:
        raise TooManyBytes(MAX_BYTES)
    name = _name_format(data)
    if name is None:
        raise NotAnImage
    if name not in DECODERS:
        raise UnsupportedFormat(name)
    return name


def _name_format(data: bytes) -> str | None:
    for signature, name in SIGNATURES:
        if data.startswith(signature):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    # Two letters prove little, but a bitmap also has four reserved zero bytes.
    if data[:2] == b"BM" and data[6:10] == bytes(4):
        return "BMP"
    if data[4:8] == b"ftyp":
        return _name_brand(data)
    start = data[:SVG_SEARCH_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "SVG" if start.startswith(b"<") and b"<svg" in start else None


def _name_brand(data: bytes) -> str:
    # The box's own length ends the list of brands; the second word of the list is a version number.
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[at : at + 4].decode("latin-1") for at in range(8, end, 4)}
    return next((name for known, name in BRANDS if brands & set(known)), "MP4")


def decode(data: bytes, side: int) -> Photo:
    """Return the first frame of the picture in ``data``, decoded for a model that takes ``side`` pixels a side.

    A large JPEG is decoded at a half, a quarter or an eighth of its size, which is far cheaper. Raises a subclass of
    :class:`ImageRejected`.
    """
    name = find_format(data)
    try:
        return _decode(name, data, side)
    except ImageRejected:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels(None, MAX_PIXELS) from None
    except Exception as error:  # decoders also raise SyntaxError, ValueError, EOFError, struct.error, …
        raise BrokenImage from error


def _decode(name: str, data: bytes, side: int) -> Photo:
    if name == "JPEG":
        _check_repeats(data)
    image = DECODERS[name](io.BytesIO(data))
    size = image.size
    _check_pixels(size)
    kept = math.ceil(KEEP * side)
    image.draft("RGB", (kept, kept))
    with _large_turn if math.prod(image.size) > LARGE else nullcontext():
        image.load()
    _check_pixels(image.size)
    return Photo(name, size, image, _find_orientation(image))


def _check_repeats(data: bytes) -> None:
    if max(data.count(mark) for mark in JPEG_MARKS) > MAX_REPEATS:
        raise BrokenImage


def _check_pixels(size: tuple[int, int]) -> None:
    pixels = size[0] * size[1]
    if pixels > MAX_PIXELS:
        raise TooManyPixels(pixels, MAX_PIXELS)


def _find_orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 (a picture with damaged metadata is still a picture)
        return 1
    return orientation if orientation in UPRIGHT else 1


def cut_square(photo: Photo, card: ImageInput) -> npt.NDArray[np.uint8]:
    """Return the center square of ``photo`` as the model takes it: uint8 [size, size, 3], RGB, upright.

    Its side is ``size / (size + crop_padding)`` of the shorter side, resized with bicubic filtering: the evaluation
    recipe of EfficientNet-Lite. Transparent parts become white. The center square of a rotated picture is the rotated
    square, so only the small result is turned upright.
    """
    try:
        square = _resize(_to_plain_mode(photo.image), card)
        if photo.orientation in UPRIGHT:
            square = square.transpose(UPRIGHT[photo.orientation])
        return np.asarray(square)
    except Exception as error:
        raise BrokenImage from error


def _to_plain_mode(image: Image.Image) -> Image.Image:
    """Return ``image`` in a mode that can be resized: L, RGB, RGBA or CMYK."""
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I"):
        # 16 bits a pixel: the upper eight are what a screen shows.
        return Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGB")


def _resize(image: Image.Image, card: ImageInput) -> Image.Image:
    width, height = image.size
    side = min(width, height) * card.size / (card.size + card.crop_padding)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    small = image.resize((card.size, card.size), Image.Resampling.BICUBIC, box, REDUCING_GAP)
    if small.mode == "RGBA":
        white = Image.new("RGBA", small.size, "white")
        return Image.alpha_composite(white, small).convert("RGB")
    return small.convert("RGB")


def to_tensor(square: npt.NDArray[np.uint8], card: ImageInput) -> npt.NDArray[np.float32]:
    """Return ``square`` as the model's input: float32 [1, 3, size, size], or [1, size, size, 3] for layout NHWC."""
    mean, std = np.array(card.mean, np.float32), np.array(card.std, np.float32)
    pixels: npt.NDArray[Any] = square[:, :, ::-1] if card.order == "BGR" else square
    if card.layout == "NCHW":
        pixels, mean, std = pixels.transpose(2, 0, 1), mean.reshape(3, 1, 1), std.reshape(3, 1, 1)
    # Into a new array, whose memory layout is the one that the model reads, and then in place.
    tensor = np.empty((1, *pixels.shape), np.float32)
    np.subtract(pixels, mean, out=tensor[0])
    tensor /= std
    return tensor
