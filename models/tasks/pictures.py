"""From the bytes of an upload to the small square that a model sees. Every byte is hostile until checked.

The first bytes decide what a file is, never its name, and only four decoders are ever tried. Any exception of a decoder
becomes an :class:`ImageRejected`.
"""

import io
import math
import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import GifImagePlugin, Image, ImageFile, ImageStat, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from ..cards import ImageInput
from ..errors import (
    BrokenImage,
    EmptyFile,
    ImageRejected,
    NotAnImage,
    TooManyBytes,
    TooManyPixels,
    TwelveBits,
    UnsupportedFormat,
)
from . import jpeg, png

# The largest file and the largest picture that are decoded (10 MB as Discord counts it).
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 25_000_000
# Pillow's WebP decoder needs about 20 bytes for each pixel, in whole; the others work in 4 to 8.
MAX_PIXELS_OF = {"WebP": 12_600_000}

# Pictures of more pixels than this are decoded one at a time, and kept only as small as the model needs them.
LARGE = 4_000_000
# About how many pixels of a large picture are converted and averaged down at once.
BAND = 1_000_000
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

# A scan of a JPEG decodes every pixel again and may have 42 bytes, so a small file of many scans keeps a decoder busy
# for hours; honest files have about ten, few EXIF blocks, and at most some hundred segments in all.
MAX_SCANS, MAX_EXIFS, MAX_SEGMENTS = 64, 64, 2000
# The most pixels that all scans together may decode: 24 scans of the largest picture. libjpeg writes 18 for CMYK.
MAX_SCANNED = 24 * MAX_PIXELS

# An animation whose first frame is of one color (many fade in) is judged by the most varied of its first frames.
FRAMES = 8
# The side of the thumbnail that tells how varied a frame is, and the standard deviation below which it is of one color.
THUMBNAIL = (32, 32)
ONE_COLOR = 2.0

# The bits per sample of some cameras' and scanners' JPEGs, which Pillow doesn't decode.
TWELVE = 12

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

    ``size`` is its own (width, height); ``image`` may have fewer pixels, and isn't upright yet. ``cut`` tells whether
    the file lacks its end, but too little of it to matter.
    """

    format: str
    size: tuple[int, int]
    image: Image.Image
    orientation: int
    cut: bool = False


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
    """Return a frame of the picture in ``data``, decoded for a model that takes ``side`` pixels a side.

    It is the first frame, unless that is of one color. A large JPEG is decoded at a half, a quarter or an eighth of its
    size, which is far cheaper. Raises a subclass of :class:`ImageRejected`.
    """
    name = find_format(data)
    try:
        return _decode_jpeg(data, side) if name == "JPEG" else _decode(name, data, side)
    except ImageRejected:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooManyPixels(None, MAX_PIXELS) from None
    except Exception as error:  # decoders also raise SyntaxError, ValueError, EOFError, struct.error, …
        raise BrokenImage from error


def _decode_jpeg(data: bytes, side: int) -> Photo:
    outline = jpeg.read_outline(data, MAX_SEGMENTS)
    if outline.scans > MAX_SCANS or outline.exifs > MAX_EXIFS or outline.segments > MAX_SEGMENTS:
        raise BrokenImage
    if outline.precision == TWELVE:
        raise TwelveBits
    image = JpegImagePlugin.JpegImageFile(io.BytesIO(data if outline.ended else data + jpeg.END))
    size = image.size
    _check_pixels("JPEG", size)
    if outline.scans * math.prod(size) > MAX_SCANNED:
        raise BrokenImage
    kept = math.ceil(KEEP * side)
    image.draft("RGB", (kept, kept))
    # With several scans, the decoder holds the coefficients of the whole picture.
    small = _load("JPEG", image, kept, size if outline.scans > 1 else image.size)
    if not outline.ended and not jpeg.lacks_little(small, outline):
        raise BrokenImage
    return Photo("JPEG", size, small, _find_orientation(image), cut=not outline.ended)


def _decode(name: str, data: bytes, side: int) -> Photo:
    image = DECODERS[name](io.BytesIO(png.essential(data) if name == "PNG" else data))
    size = image.size
    _check_pixels(name, size)
    small = _load(name, image, math.ceil(KEEP * side), size)
    if _variety(small) < ONE_COLOR and math.prod(size) <= LARGE:
        small = _most_varied(name, data, small)
    return Photo(name, size, small, _find_orientation(image))


def _check_pixels(name: str, size: tuple[int, int]) -> None:
    pixels, limit = size[0] * size[1], MAX_PIXELS_OF.get(name, MAX_PIXELS)
    if pixels > limit:
        raise TooManyPixels(pixels, limit)


def _load(name: str, image: ImageFile.ImageFile, kept: int, size: tuple[int, int]) -> Image.Image:
    """Decode ``image``, for which the decoder needs memory for ``size`` pixels; a large one is averaged down."""
    with _large_turn if math.prod(size) > LARGE else nullcontext():
        image.load()
        _check_pixels(name, image.size)
        factor = min(image.size) // kept
        return average(image, factor) if math.prod(image.size) > LARGE and factor > 1 else image


def average(image: Image.Image, factor: int) -> Image.Image:
    """Return ``image`` in a plain mode, averaged down by ``factor``, a band of rows at a time to save memory."""
    rows = max(BAND // image.width // factor, 1) * factor
    bands = [
        _to_plain_mode(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce(factor)
        for top in range(0, image.height, rows)
    ]
    small = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for number, band in enumerate(bands):
        small.paste(band, (0, number * rows // factor))
    return small


def _variety(image: Image.Image) -> float:
    """Return how far the colors of a picture are from being one: the largest standard deviation of its channels."""
    plain = _to_plain_mode(image).resize(THUMBNAIL, Image.Resampling.BOX)
    return max(ImageStat.Stat(_on_white(plain)).stddev)


def _most_varied(name: str, data: bytes, first: Image.Image) -> Image.Image:
    """Return the most varied of the first frames, ``first`` where there is no other."""
    frames = [first]
    with suppress(Exception):  # what can't be decoded, or isn't there, isn't needed
        image = DECODERS[name](io.BytesIO(png.essential(data, animated=True) if name == "PNG" else data))
        for number in range(1, FRAMES):
            image.seek(number)
            if math.prod(image.size) > LARGE:
                break
            image.load()
            frames.append(image.copy())
    return max(frames, key=_variety)


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
    if image.mode.startswith("I"):
        return _to_eight_bits(np.asarray(image), image.info.get("transparency"))
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGB")


def _to_eight_bits(values: npt.NDArray[Any], transparent: int | None) -> Image.Image:
    """Return 16-bit gray as a screen shows it, by the upper eight bits, with one ``transparent`` value if not None."""
    gray = Image.fromarray((values >> 8).clip(0, 255).astype(np.uint8))
    if transparent is None:
        return gray
    gray.putalpha(Image.fromarray(np.where(values == transparent, np.uint8(0), np.uint8(255))))
    return gray.convert("RGBA")


def _resize(image: Image.Image, card: ImageInput) -> Image.Image:
    width, height = image.size
    side = min(width, height) * card.size / (card.size + card.crop_padding)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    return _on_white(image.resize((card.size, card.size), Image.Resampling.BICUBIC, box, REDUCING_GAP))


def _on_white(image: Image.Image) -> Image.Image:
    """Return ``image``, of a plain mode, in RGB; its transparent parts become white."""
    if image.mode == "RGBA":
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


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
