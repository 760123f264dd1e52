"""Hostile files end in a plain rejection, and honest ones in the square that the recipe describes."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inferbot.models.cards import ImageInput, image_cards
from inferbot.models.errors import (
    BrokenImage,
    EmptyFile,
    ImageRejected,
    NotAnImage,
    TooManyBytes,
    TooManyPixels,
    UnsupportedFormat,
)
from inferbot.models.examples import examples
from inferbot.models.tasks import pictures
from PIL import Image

LITE0 = image_cards()["efficientnet-lite0"].input
WHOLE = ImageInput(size=32)
COFFEE = examples()["coffee"].read()


def encode(image: Image.Image, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def square_of(data: bytes, card: ImageInput = WHOLE) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return pictures.cut_square(pictures.decode(data, card.size), card)


def photo() -> Image.Image:
    return Image.open(io.BytesIO(COFFEE))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_declared_size(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_four_formats_become_a_square(name: str) -> None:
    data = encode(photo(), name)
    decoded = pictures.decode(data, 224)
    assert decoded.format.upper() == name
    assert decoded.size == (600, 400)
    square = square_of(data, LITE0)
    assert (square.shape, square.dtype) == ((224, 224, 3), np.uint8)


def test_no_bytes() -> None:
    with pytest.raises(EmptyFile):
        pictures.find_format(b"")


def test_one_byte_too_many() -> None:
    with pytest.raises(TooManyBytes) as error:
        pictures.find_format(COFFEE.ljust(pictures.MAX_BYTES + 1, b"\0"))
    assert str(error.value) == "The file is larger than 10 MB."
    assert pictures.find_format(COFFEE.ljust(pictures.MAX_BYTES, b"\0")) == "JPEG"


@pytest.mark.parametrize(
    "data",
    [b"hello", b"\0", b"<html><p>no picture</p></html>", b"BMW is no bitmap", b"RIFF1234WAVE", b"\x7fELF" + bytes(60)],
)
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        pictures.decode(data, 224)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", "AVIF"),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "AVIF"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "MP4"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg/>', "SVG"),
        (b"II*\x00" + bytes(20), "TIFF"),
        (b"MM\x00*" + bytes(20), "TIFF"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\x00\x01", "PSD"),
        (b"\xff\x0a\x00", "JPEG XL"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    ],
)
def test_other_formats_are_named(data: bytes, name: str) -> None:
    with pytest.raises(UnsupportedFormat) as error:
        pictures.decode(data, 224)
    assert error.value.format == name
    assert str(error.value) == f"The file is {name}: send a JPEG, PNG, WebP or GIF."


def test_a_real_bitmap_is_named() -> None:
    with pytest.raises(UnsupportedFormat, match="BMP"):
        pictures.decode(encode(photo(), "BMP"), 224)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF"])
def test_truncated_files_are_broken(name: str) -> None:
    data = encode(photo(), name)
    for length in (16, len(data) // 3, len(data) * 2 // 3):
        with pytest.raises(BrokenImage):
            square_of(data[:length])


@pytest.mark.parametrize("size", [(5001, 5000), (12_000, 9_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(TooManyPixels) as error:
        pictures.decode(png_of_declared_size(*size), 224)
    assert error.value.limit == 25_000_000


def test_a_gif_that_declares_too_many_pixels() -> None:
    data = bytearray(encode(Image.new("P", (10, 10)), "GIF"))
    data[6:10] = struct.pack("<HH", 60_000, 60_000)
    with pytest.raises(TooManyPixels):
        pictures.decode(bytes(data), 224)


def test_an_animated_webp_that_declares_too_many_pixels() -> None:
    frame = Image.new("RGB", (64, 64), "red")
    data = bytearray(encode(frame, "WEBP", save_all=True, append_images=[Image.new("RGB", (64, 64), "blue")]))
    canvas = data.index(b"VP8X") + 12
    data[canvas : canvas + 6] = (16_382).to_bytes(3, "little") * 2
    with pytest.raises(TooManyPixels):
        pictures.decode(bytes(data), 224)


def test_exactly_the_most_pixels_are_accepted() -> None:
    data = encode(Image.new("1", (5000, 5000), 1), "PNG")
    assert (square_of(data) == 255).all()


def test_a_jpeg_of_endless_scans_is_refused_at_once() -> None:
    data = encode(Image.new("L", (5000, 5000), 90), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert square_of(data).shape == (32, 32, 3)
    for times in (20, 100_000):
        with pytest.raises(BrokenImage):
            pictures.decode(data[:-2] + scan * times + data[-2:], 224)


def test_a_jpeg_of_endless_notes_is_refused_at_once() -> None:
    with pytest.raises(BrokenImage):
        pictures.decode(COFFEE[:2] + b"\xff\xe1\0\x09Exif\0\0a" * 900_000 + COFFEE[2:], 224)


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_counts(name: str) -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    options: dict[str, Any] = {"lossless": True} if name == "WEBP" else {}
    data = encode(frames[0], name, save_all=True, append_images=frames[1:], duration=100, **options)
    assert (square_of(data) == (255, 0, 0)).all()


def red_left_blue_right() -> Image.Image:
    image = Image.new("RGB", (80, 40), "red")
    image.paste("blue", (40, 0, 80, 40))
    return image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_note_is_honoured(orientation: int) -> None:
    upright = red_left_blue_right()
    exif = Image.Exif()
    exif[pictures.ORIENTATION_TAG] = orientation
    stored = upright if orientation == 1 else upright.transpose(undo(orientation))
    expected = square_of(encode(upright, "PNG"))
    for name in ("PNG", "WEBP"):
        options: dict[str, Any] = {"lossless": True} if name == "WEBP" else {}
        assert (square_of(encode(stored, name, exif=exif, **options)) == expected).all()
    jpeg = square_of(encode(stored, "JPEG", quality=100, subsampling=0, exif=exif))
    assert np.abs(jpeg.astype(int) - expected).max() <= 3


def undo(orientation: int) -> Image.Transpose:
    turns = {
        Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270,
        Image.Transpose.ROTATE_270: Image.Transpose.ROTATE_90,
    }
    upright = pictures.UPRIGHT[orientation]
    return turns.get(upright, upright)


# Pillow warns of damaged notes and reads on.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_orientation_note_is_ignored() -> None:
    data = encode(red_left_blue_right(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f nonsense")
    assert square_of(data).shape == (32, 32, 3)


def test_cmyk() -> None:
    square = square_of(encode(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", quality=100))
    assert np.abs(square.astype(int) - (255, 0, 0)).max() <= 3


def test_sixteen_bits_a_pixel() -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    square = square_of(encode(Image.fromarray(ramp), "PNG"), ImageInput(size=64))
    assert np.abs(square[:, :, 0].astype(int) - (ramp >> 8)).max() <= 1


def test_palette_grey_and_one_bit() -> None:
    for mode in ("P", "L", "1"):
        image = Image.new("RGB", (40, 40), "white").convert(mode)
        assert (square_of(encode(image, "PNG")) == 255).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_transparent_parts_become_white(mode: str, name: str) -> None:
    clear = Image.new(mode, (40, 40), (0,) * len(mode))
    assert (square_of(encode(clear, name)) == 255).all()


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (40, 40), 0)
    image.putpalette([10, 20, 30, 200, 200, 200])
    for name in ("GIF", "PNG"):
        assert (square_of(encode(image, name, transparency=0)) == 255).all()
        assert (square_of(encode(image, name)) == (10, 20, 30)).all()


def test_extreme_shapes() -> None:
    for size in ((1, 1), (1, 3000), (3000, 1), (2, 7)):
        assert (square_of(encode(Image.new("RGB", size, "red"), "PNG")) == (255, 0, 0)).all()


def test_the_crop_is_the_one_of_the_evaluation_recipe() -> None:
    image = photo()
    side = 224 / 256 * 400
    left, top = (600 - side) / 2, (400 - side) / 2
    box = (left, top, left + side, top + side)
    expected = np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC, box=box))
    # As large as twice the model's side the JPEG is decoded whole, so that the two agree exactly.
    assert (square_of(encode(image, "PNG"), LITE0) == expected).all()
    assert (square_of(COFFEE, LITE0) == expected).all()


def test_a_large_jpeg_is_decoded_smaller_and_looks_the_same() -> None:
    large = photo().resize((4000, 2667), Image.Resampling.BICUBIC)
    data = encode(large, "JPEG", quality=95)
    decoded = pictures.decode(data, 224)
    assert decoded.size == (4000, 2667)
    assert decoded.image.size == (1000, 667)
    exact = square_of(encode(large, "PNG"), LITE0).astype(int)
    assert np.abs(square_of(data, LITE0) - exact).mean() < 2


def test_the_tensor_follows_the_card() -> None:
    square = np.arange(16 * 16 * 3, dtype=np.uint32).reshape(16, 16, 3).astype(np.uint8)
    card = ImageInput(size=16, mean=(127, 127, 127), std=(128, 128, 128))
    tensor = pictures.to_tensor(square, card)
    assert (tensor.shape, tensor.dtype) == ((1, 3, 16, 16), np.float32)
    assert tensor.flags.c_contiguous
    assert tensor[0, 1, 2, 3] == (float(square[2, 3, 1]) - 127) / 128
    other = pictures.to_tensor(square, card.model_copy(update={"layout": "NHWC", "order": "BGR"}))
    assert other.shape == (1, 16, 16, 3)
    assert other[0, 2, 3, 0] == tensor[0, 2, 2, 3]


FORMATS = {name: encode(photo().resize((120, 80)), name) for name in ("JPEG", "PNG", "WEBP", "GIF")}
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(FORMATS)), changes=CHANGES, kept=st.floats(0, 1), extra=st.binary(max_size=50))
def test_mutated_photos_are_decoded_or_rejected(
    name: str, changes: list[tuple[float, int]], kept: float, extra: bytes
) -> None:
    data = bytearray(FORMATS[name])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    try:
        square = square_of(bytes(data[: int(kept * len(data))] + extra + data[int(kept * len(data)) :]))
    except ImageRejected:
        return
    assert square.shape == (32, 32, 3)


@settings(max_examples=100, deadline=None)
@given(start=st.sampled_from([signature for signature, _ in pictures.SIGNATURES]), rest=st.binary(max_size=200))
def test_noise_behind_a_known_beginning_is_rejected(start: bytes, rest: bytes) -> None:
    with pytest.raises(ImageRejected):
        square_of(start + rest)
