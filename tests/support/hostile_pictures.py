"""Hostile picture files, made here: bombs of every kind by name, and seeded mutations of small honest files.

Run as a script, this is the child of `benchmarks/images.py`: it puts files through the real intake, so that a crash or
a hang ends the child and not the caller, and prints one JSON line for each.
"""

import io
import json
import random
import resource
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from inferbot.models import errors
from inferbot.models.cards import ImageInput
from inferbot.models.tasks import pictures
from PIL import Image

from support.pillow_pictures import read_pictures

TESTS = Path(__file__).parents[1]
# The command that takes in files, to be run in `TESTS`. Pillow warns of damaged notes and reads on.
CHILD = [sys.executable, "-W", "ignore", "-m", "support.hostile_pictures"]

CARD = ImageInput(size=224, crop_padding=32)
# Just below the most pixels that are decoded, in general and of a WebP.
LARGE, LARGE_WEBP = (4990, 4990), (3540, 3540)
# No file may need more address space than this: a safety net for the machine, far above what is wanted.
ADDRESS_SPACE = 4 << 30
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
RED = b"\xff\0\0" * 256


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def flat_png(
    size: tuple[int, int],
    depth: int = 8,
    kind: int = 2,
    *,
    interlaced: bool = False,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """Return a PNG of zeros, in any depth and color type, with chunks before and after its pixels."""
    bits = depth * CHANNELS[kind]
    passes = PASSES if interlaced else ((0, 0, 1, 1),)
    sides = [(-(-(size[0] - x) // dx), -(-(size[1] - y) // dy)) for x, y, dx, dy in passes]
    zeros = sum(height * (1 + -(-width * bits // 8)) for width, height in sides if min(width, height) > 0)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, interlaced))
    palette = chunk(b"PLTE", RED[: 3 << depth]) if kind == 3 else b""
    pixels = chunk(b"IDAT", zlib.compress(bytes(zeros), 1))
    return b"\x89PNG\r\n\x1a\n" + header + palette + before + pixels + after + chunk(b"IEND", b"")


def encode(image: Image.Image, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def flat(mode: str, size: tuple[int, int], name: str, **options: Any) -> bytes:
    return encode(Image.new(mode, size), name, **options)


def segment(code: int, body: bytes) -> bytes:
    return bytes([0xFF, code]) + struct.pack(">H", len(body) + 2) + body


def small_jpeg(**options: Any) -> bytes:
    return encode(Image.linear_gradient("L").convert("RGB"), "JPEG", **options)


def after_start(repeated: bytes, times: int) -> bytes:
    """Return a JPEG that begins with the same segment many times."""
    data = small_jpeg()
    return data[:2] + repeated * times + data[2:]


def repeated_scan(times: int) -> bytes:
    data = flat("L", LARGE, "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + scan * times + data[-2:]


def animation(size: tuple[int, int], frames: int, name: str, **options: Any) -> bytes:
    images = [Image.new("RGB", size, (0, 0, number)) for number in range(frames)]
    return encode(images[0], name, save_all=True, append_images=images[1:], **options)


def gif_with(block: bytes, times: int) -> bytes:
    data = flat("P", (16, 16), "GIF")
    start = data.index(b",")
    return data[:start] + block * times + data[start:]


def motion_photo() -> bytes:
    video = random.Random(1).randbytes(6_000_000)
    return small_jpeg() + b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + video


def _transparent(kind: int) -> bytes:
    return chunk(b"tRNS", b"\x12\x34" * (3 if kind == 2 else 1))


BOMBS: dict[str, Callable[[], bytes]] = {
    "zTXt of 500 MB": lambda: flat_png((64, 64), before=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(500 << 20), 9))),
    "iTXt of 300 MB": lambda: flat_png(
        (64, 64), after=chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(300 << 20), 9))
    ),
    "iCCP of 300 MB": lambda: flat_png((64, 64), before=chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(300 << 20), 9))),
    "100,000 tEXt chunks": lambda: flat_png((64, 64), before=chunk(b"tEXt", b"a\0b") * 100_000),
    "800,000 empty IDAT chunks": lambda: flat_png((64, 64), before=chunk(b"IDAT", b"") * 800_000),
    "eXIf of 9 MB": lambda: flat_png((64, 64), before=chunk(b"eXIf", b"II*\0" + bytes(9 << 20))),
    "APNG of 24.9 MP": lambda: flat_png(
        LARGE,
        kind=6,
        before=chunk(b"acTL", struct.pack(">II", 1000, 0))
        + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, *LARGE, 0, 0, 1, 1, 1, 0)),
    ),
    "PNG of 24.9 MP, gray with a clear value": lambda: flat_png(LARGE, 8, 0, before=_transparent(0)),
    "PNG of 24.9 MP, 16-bit gray with a clear value": lambda: flat_png(LARGE, 16, 0, before=_transparent(0)),
    "PNG of 24.9 MP, RGB with a clear value": lambda: flat_png(LARGE, 8, 2, before=_transparent(2)),
    "PNG of 24.9 MP, palette with alpha": lambda: flat_png(LARGE, 8, 3, before=chunk(b"tRNS", bytes(range(256)))),
    "JPEG of 24.9 MP, progressive 4:4:4": lambda: flat("RGB", LARGE, "JPEG", progressive=True, subsampling=0),
    "JPEG of 24.9 MP, progressive CMYK": lambda: flat("CMYK", LARGE, "JPEG", progressive=True, subsampling=0),
    "JPEG of 24.9 MP, 60 scans": lambda: repeated_scan(50),
    "JPEG of 24.9 MP, 100,000 scans": lambda: repeated_scan(100_000),
    "JPEG with 2,000,000 comments": lambda: after_start(segment(0xFE, b""), 2_000_000),
    "JPEG with 800,000 EXIF blocks": lambda: after_start(segment(0xE1, b"Exif\0\0a"), 800_000),
    "JPEG with 100,000 tables": lambda: after_start(segment(0xDB, bytes(65)), 100_000),
    "JPEG of 65500×380": lambda: flat("RGB", (65_500, 380), "JPEG"),
    "motion photo": motion_photo,
    "GIF of 24.9 MP": lambda: flat("P", LARGE, "GIF"),
    "GIF of 24.9 MP, clear": lambda: flat("P", LARGE, "GIF", transparency=0),
    "GIF of 24.9 MP, 3 frames": lambda: animation(LARGE, 3, "GIF", disposal=2),
    "GIF of 1,000 frames": lambda: animation((200, 200), 1000, "GIF"),
    "GIF with 40,000 comments": lambda: gif_with(b"!\xfe" + b"\xff" + bytes(255) + b"\0", 39_000),
    "GIF with 3,000,000 empty blocks": lambda: gif_with(b"!\x01\0", 3_000_000),
    "WebP of 24.9 MP": lambda: flat("RGB", LARGE, "WEBP", quality=1, method=0),
    "WebP of 12.5 MP": lambda: flat("RGB", LARGE_WEBP, "WEBP", quality=1, method=0),
    "WebP of 12.5 MP, alpha": lambda: flat("RGBA", LARGE_WEBP, "WEBP", quality=1, method=0),
    "WebP of 12.5 MP, lossless": lambda: flat("RGBA", LARGE_WEBP, "WEBP", lossless=True, method=0),
    "WebP of 12.5 MP, 3 frames": lambda: animation(LARGE_WEBP, 3, "WEBP", lossless=True, method=0),
    **{
        f"PNG of 24.9 MP, color type {kind}, {depth} bits{', interlaced' if interlaced else ''}": (
            lambda kind=kind, depth=depth, interlaced=interlaced: flat_png(LARGE, depth, kind, interlaced=interlaced)
        )
        for kind, depth in ((0, 1), (0, 8), (0, 16), (2, 8), (2, 16), (3, 8), (4, 8), (4, 16), (6, 8), (6, 16))
        for interlaced in (False, True)
    },
    **{
        f"{name} of {width}×{height}": (lambda name=name, size=(width, height): flat("RGB", size, name))
        for name, longest in (("PNG", 65_535), ("JPEG", 65_500), ("GIF", 65_535), ("WEBP", 16_383))
        for width, height in ((1, longest), (longest, 1))
    },
}


def honest_files() -> list[bytes]:
    """Return small pictures in the four formats, the seeds of the mutations."""
    gradient = Image.merge("RGB", [Image.linear_gradient("L").rotate(turn) for turn in (0, 90, 180)])
    files: list[bytes] = []
    for side in (9, 64, 150):
        image = gradient.resize((side, side * 2 // 3))
        for mode in ("RGB", "L", "CMYK"):
            files += [
                encode(image.convert(mode), "JPEG", progressive=one, exif=_upside_down()) for one in (False, True)
            ]
        files += [encode(image.convert(mode), "PNG") for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
        files += [encode(image.convert("RGBA"), "WEBP", lossless=one) for one in (False, True)]
        files += [encode(image, "GIF"), encode(image.convert("P"), "GIF", transparency=3)]
        others = [image.rotate(90 * turn) for turn in (1, 2)]
        files += [encode(image, name, save_all=True, append_images=others) for name in ("GIF", "PNG", "WEBP")]
    return files


def _upside_down() -> Image.Exif:
    exif = Image.Exif()
    exif[pictures.ORIENTATION_TAG] = 3
    return exif


def mutations(seed: int, count: int) -> Iterator[bytes]:
    """Yield `count` mutated files, the same for the same seed."""
    chance = random.Random(seed)
    files = honest_files()
    for _ in range(count):
        data = bytearray(chance.choice(files))
        for _ in range(chance.choice((1, 1, 2, 8))):
            chance.choice((_flip, _put, _cut, _delete, _repeat, _splice))(chance, data, files)
        yield bytes(data)


def _flip(chance: random.Random, data: bytearray, _files: list[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _put(chance: random.Random, data: bytearray, _files: list[bytes]) -> None:
    # Most lengths, sizes and counts are near the beginning.
    at = chance.randrange(min(len(data), chance.choice((64, 1 << 20))) + 1)
    data[at : at + 4] = chance.choice(
        (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff", b"\0\0\x10\0", b"\xff", b"\x80\0")
    )


def _cut(chance: random.Random, data: bytearray, _files: list[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _delete(chance: random.Random, data: bytearray, _files: list[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.randrange(1, 64)]


def _repeat(chance: random.Random, data: bytearray, _files: list[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[at : at + chance.randrange(1, 64)] * chance.choice((1, 2, 100))


def _splice(chance: random.Random, data: bytearray, files: list[bytes]) -> None:
    other = chance.choice(files)
    data[chance.randrange(len(data) + 1) :] = other[chance.randrange(len(other)) :]


def outcome_of(data: bytes) -> str:
    """Return what becomes of a file: "square", or the name of the rejection. Anything else that is raised goes on."""
    try:
        square = pictures.cut_square(pictures.decode(data, CARD.size), CARD)
    except errors.ImageRejected as error:
        return type(error).__name__
    assert (square.shape, square.dtype.name) == ((224, 224, 3), "uint8")
    return "square"


def forget_peak() -> None:
    """Have `peak_megabytes` count from now on, where the system can (Linux)."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def peak_megabytes() -> float:
    """Return the most memory that this process held, in megabytes; 0 where that isn't known."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def measure(name: str, data: bytes, at_once: int = 1) -> None:
    """Print what becomes of a file that `at_once` threads take in at the same time."""
    forget_peak()
    started, outcomes = time.perf_counter(), list[str]()
    threads = [threading.Thread(target=lambda: outcomes.append(outcome_of(data))) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome = outcomes[0] if len(outcomes) == at_once else "crash"
    seconds = time.perf_counter() - started
    told = {"name": name, "outcome": outcome, "seconds": round(seconds, 3), "megabytes": round(peak_megabytes(), 1)}
    print(json.dumps(told), flush=True)  # noqa: T201


def main(kind: str, *arguments: str) -> None:
    """Take in one file by its path, the pictures in Pillow's archive, or as many mutations of a seed as asked for."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if kind == "bomb":
        path, at_once = arguments
        measure(Path(path).name, Path(path).read_bytes(), int(at_once))
    elif kind == "archive":
        for name, data in read_pictures(Path(*arguments)).items():
            measure(name, data)
    else:
        seed, count = map(int, arguments)
        for number, data in enumerate(mutations(seed, count)):
            measure(f"{seed}:{number}", data)


if __name__ == "__main__":
    main(*sys.argv[1:])
