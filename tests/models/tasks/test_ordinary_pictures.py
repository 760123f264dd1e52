"""Pictures as phones, scanners and programs really write them: what a browser shows, the model gets to see."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from inferbot.models.cards import ImageInput
from inferbot.models.errors import BrokenImage, TwelveBits
from inferbot.models.examples import examples
from inferbot.models.tasks import jpeg, pictures
from PIL import Image
from support.hostile_pictures import chunk, encode, segment

CARD = ImageInput(size=64)
COFFEE = examples()["coffee"].read()
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42"


def square_of(data: bytes, card: ImageInput = CARD) -> np.ndarray[Any, np.dtype[np.int_]]:
    return pictures.cut_square(pictures.decode(data, card.size), card).astype(int)


def photo(side: int = 96) -> Image.Image:
    return Image.open(io.BytesIO(COFFEE)).resize((side * 3 // 2, side))


def noise(length: int, seed: int = 1) -> bytes:
    return np.random.default_rng(seed).bytes(length)


def png(image: Image.Image, *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return `image` as a PNG, with chunks before and after its pixels."""
    data = encode(image, "PNG")
    start, end = data.index(b"IDAT") - 4, data.rindex(b"IEND") - 4
    return data[:start] + before + data[start:end] + after + data[end:]


def bad_crc(kind: bytes, body: bytes) -> bytes:
    whole = chunk(kind, body)
    return whole[:-1] + bytes([whole[-1] ^ 1])


# Behind the end of a JPEG: a motion photo's video, another picture, zeros, an end without a beginning.
TRAILERS: dict[str, bytes] = {
    "5 MB of video": MP4 + noise(5_000_000),
    "8 MB of video": MP4 + noise(8_000_000, seed=2),
    "a video full of scan markers": MP4 + b"\xff\xda" * 1000,
    "a video with EXIF blocks": MP4 + b"Exif\0\0" * 1000,
    "a second JPEG": COFFEE,
    "zeros": bytes(100_000),
    "a Samsung trailer": b"\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1600000000000SEFH\x6b\0\0\0SEFT",
}


@pytest.mark.parametrize("name", TRAILERS)
def test_what_follows_a_jpeg_does_not_matter(name: str) -> None:
    data = COFFEE + TRAILERS[name]
    assert (square_of(data) == square_of(COFFEE)).all()
    assert not pictures.decode(data, 64).cut


def test_a_thumbnail_inside_a_jpeg_is_not_its_end() -> None:
    thumbnail = encode(photo(16), "JPEG")
    data = COFFEE[:2] + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail) + COFFEE[2:]
    assert (square_of(data) == square_of(COFFEE)).all()


def test_a_jpeg_with_a_large_profile_and_fill_bytes() -> None:
    profile = b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes([part, 100]) + noise(60_000)) for part in range(1, 101))
    data = COFFEE[:2] + profile + b"\xff\xff" + COFFEE[2:]
    assert (square_of(data) == square_of(COFFEE)).all()


# Chunks that say nothing about the colors: text, profile, a wrong CRC, an unknown kind.
CHUNKS: dict[str, bytes] = {
    "a note of 2.1 MB": chunk(b"zTXt", b"parameters\0\0" + zlib.compress(noise(1000) * 2100)),
    "an international note of 2.1 MB": chunk(b"iTXt", b"XML\0\1\0\0\0" + zlib.compress(bytes(2_100_000))),
    "a profile of 3 MB": chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(3_000_000))),
    "a profile that isn't compressed": chunk(b"iCCP", b"a\0\1abc"),
    "a resolution with a wrong CRC": bad_crc(b"pHYs", struct.pack(">IIB", 2835, 2835, 1)),
    "a date with a wrong CRC": bad_crc(b"tIME", b"\x07\xea\x0b\x1c\x0a\0\0"),
    "a transparency with a wrong CRC": bad_crc(b"tRNS", b"\0\0" * 3),
    "a resolution that is too short": chunk(b"pHYs", b"\0"),
    "an unknown chunk": chunk(b"vpAg", noise(9)),
    "many notes": chunk(b"tEXt", b"Comment\0" + b"a" * 100) * 5000,
    "frames of an animation in the wrong order": chunk(b"fcTL", struct.pack(">IIIIIHHBB", 7, 9, 9, 0, 0, 1, 1, 0, 0)),
}


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("name", CHUNKS)
def test_a_chunk_that_is_not_the_picture_does_not_matter(name: str, place: str) -> None:
    image = photo()
    assert (square_of(png(image, **{place: CHUNKS[name]})) == square_of(encode(image, "PNG"))).all()


def test_pixels_in_many_chunks() -> None:
    data = encode(photo(), "PNG")
    start, end = data.index(b"IDAT") + 4, data.rindex(b"IEND") - 8
    pieces = [chunk(b"IDAT", data[at : min(at + 100, end)]) for at in range(start, end, 100)]
    assert (square_of(data[: start - 8] + b"".join(pieces) + chunk(b"IEND", b"")) == square_of(data)).all()


def test_a_png_without_its_last_chunk() -> None:
    data = encode(photo(), "PNG")
    assert (square_of(data[:-12]) == square_of(data)).all()


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_a_damaged_header_or_palette_is_refused(kind: bytes) -> None:
    data = bytearray(encode(photo().convert("P"), "PNG"))
    length = int.from_bytes(data[data.index(kind) - 4 : data.index(kind)], "big")
    data[data.index(kind) + 4 + length] ^= 1
    with pytest.raises(BrokenImage):
        pictures.decode(bytes(data), 64)


def test_an_orientation_in_a_png_still_counts() -> None:
    exif = Image.Exif()
    exif[pictures.ORIENTATION_TAG] = 3
    turned = encode(photo().transpose(Image.Transpose.ROTATE_180), "PNG", exif=exif)
    assert (square_of(turned) == square_of(encode(photo(), "PNG"))).all()


def cut_after(part: float, **options: Any) -> bytes:
    """Return the coffee as a JPEG that ends after `part` of its scan's data."""
    data = encode(photo(400), "JPEG", **options)
    start = data.index(b"\xff\xda")
    return data[: start + round((len(data) - start) * part)]


@pytest.mark.parametrize("missing", [1, 2, 10, 40])
def test_a_jpeg_that_lacks_its_last_bytes_is_read_and_marked(missing: int) -> None:
    photo = pictures.decode(COFFEE[:-missing], 64)
    assert photo.cut
    assert np.abs(pictures.cut_square(photo, CARD).astype(int) - square_of(COFFEE)).mean() < 1


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"quality": 95}])
def test_a_jpeg_that_lacks_half_a_percent_is_read(options: dict[str, Any]) -> None:
    assert pictures.decode(cut_after(0.997, **options), 64).cut


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_cmyk_without_their_last_bytes(mode: str) -> None:
    data = encode(photo(400).convert(mode), "JPEG")
    assert pictures.decode(data[:-2], 64).cut
    with pytest.raises(BrokenImage):
        pictures.decode(data[: len(data) * 4 // 5], 64)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.97])
def test_a_jpeg_that_lacks_more_is_refused(part: float) -> None:
    with pytest.raises(BrokenImage):
        pictures.decode(cut_after(part), 64)


def test_a_progressive_jpeg_may_lack_part_of_its_last_scan_only() -> None:
    data = encode(photo(400), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert pictures.decode(data[: last + 1000], 64).cut
    with pytest.raises(BrokenImage):
        pictures.decode(data[:last], 64)


def test_a_large_jpeg_that_lacks_its_end_is_judged_by_its_small_form() -> None:
    data = encode(photo(2000), "JPEG")
    assert pictures.decode(data[:-20], 64).cut
    with pytest.raises(BrokenImage):
        pictures.decode(data[: len(data) * 9 // 10], 64)


def test_a_jpeg_of_twelve_bits_is_named() -> None:
    data = bytearray(COFFEE)
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(TwelveBits) as error:
        pictures.decode(bytes(data), 64)
    assert str(error.value) == "The file is 12-bit JPEG: send a JPEG, PNG, WebP or GIF."


def gray_png(values: np.ndarray[Any, np.dtype[Any]], depth: int, clear: int) -> bytes:
    """Return a gray PNG of 8 rows, with `depth` bits a pixel and one transparent value."""
    bits = np.unpackbits(values.astype(">u2").view(np.uint8).reshape(-1, 2), axis=1)[:, 16 - depth :]
    rows = np.packbits(bits.reshape(8, -1), axis=1)
    pixels = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", values.size // 8, 8, depth, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"tRNS", struct.pack(">H", clear)) + chunk(b"IDAT", pixels)
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("depth", "dark", "clear"), [(1, 0, 1), (2, 1, 2), (4, 5, 10), (8, 100, 50), (16, 0x4321, 0x1234)]
)
def test_gray_with_a_transparent_value(depth: int, dark: int, clear: int) -> None:
    values = np.full((8, 8), dark)
    values[:, 4:] = clear
    square = square_of(gray_png(values, depth, clear), ImageInput(size=16))
    expected = dark * 255 // ((1 << depth) - 1)
    assert np.abs(square[:, 0] - expected).max() <= 1
    assert (square[:, -1] == 255).all()


def test_sixteen_bit_gray_whose_transparent_value_is_not_used() -> None:
    values = np.arange(64).reshape(8, 8) * 1000
    square = square_of(gray_png(values, 16, 0x1234), ImageInput(size=16))
    assert len(np.unique(square)) > 30


def test_sixteen_bit_color_with_a_transparent_color() -> None:
    row = np.array([[0x1234, 0x5678, 0x9ABC]] * 4 + [[0xFF00, 0, 0]] * 4, ">u2").tobytes()
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"tRNS", bytes.fromhex("123456789abc"))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + row) * 8))
    square = square_of(b"\x89PNG\r\n\x1a\n" + body + pixels + chunk(b"IEND", b""), ImageInput(size=16))
    assert (square[:, 0] == 255).all()
    assert (square[:, -1] == (255, 0, 0)).all()


def blank_first(name: str, blanks: int = 1, **options: Any) -> bytes:
    """Return an animation that begins with clear frames, fades in and ends with the photo."""
    whole = photo().convert("RGBA")
    clear = Image.new("RGBA", whole.size)
    frames = [clear.copy() for _ in range(blanks)] + [Image.blend(clear, whole, part) for part in (0.1, 0.5)] + [whole]
    for number, frame in enumerate(frames[:blanks]):
        frame.putpixel((0, 0), (number, 0, 0, 0))  # so that the encoder doesn't merge equal frames
    return encode(frames[0], name, save_all=True, append_images=frames[1:], duration=50, **options)


ANIMATIONS: dict[str, Callable[[], bytes]] = {
    "GIF": lambda: blank_first("GIF", disposal=2),
    "GIF, two blank frames": lambda: blank_first("GIF", blanks=2, disposal=2),
    "GIF, frames stay": lambda: blank_first("GIF", disposal=1),
    "WebP": lambda: blank_first("WEBP", lossless=True),
    "WebP, lossy": lambda: blank_first("WEBP"),
    "APNG": lambda: blank_first("PNG", disposal=1),
}


@pytest.mark.parametrize("name", ANIMATIONS)
def test_an_animation_that_fades_in_is_judged_by_a_frame_that_shows_something(name: str) -> None:
    square = square_of(ANIMATIONS[name]())
    assert np.abs(square - square_of(encode(photo(), "PNG"))).mean() < 25


def test_an_animation_of_one_color_and_a_blank_picture_stay_as_they_are() -> None:
    red = Image.new("RGB", (50, 50), "red")
    for name in ("GIF", "PNG", "WEBP"):
        assert np.abs(square_of(encode(red, name)) - (255, 0, 0)).max() <= 3


def test_a_damaged_later_frame_does_not_matter() -> None:
    data = blank_first("GIF", disposal=2)
    second = data.index(b"!\xf9\x04", data.index(b"!\xf9\x04") + 1)
    assert (square_of(data[: second + 30]) == 255).all()


def test_large_pictures_are_averaged_the_same_in_bands_as_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    image = photo(500).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    whole = pictures.average(image, 7)
    monkeypatch.setattr(pictures, "BAND", 10_000)
    assert (np.asarray(pictures.average(image, 7)) == np.asarray(whole)).all()
    monkeypatch.setattr(pictures, "LARGE", 10_000)
    exact = np.asarray(pictures.cut_square(pictures.Photo("PNG", image.size, image, 1), CARD)).astype(int)
    assert np.abs(square_of(encode(image, "PNG")) - exact).mean() < 2


def test_the_outline_of_a_jpeg_stops_at_its_end() -> None:
    outline = jpeg.read_outline(COFFEE + b"\xff\xda" * 100, 1000)
    assert (outline.scans, outline.ended, outline.precision) == (1, True, 8)
    assert jpeg.read_outline(COFFEE[:2] + segment(0xFE, b"") * 500 + COFFEE[2:], 100).segments == 101
