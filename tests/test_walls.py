"""The walls between rooms: who may import whom. Read from the source, so lazy and typing-only imports count too."""

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

ALLOWED = {
    "author_errors": set[str](),
    "text_files": {"author_errors"},
    "settings": set[str](),
    "logs": {"settings"},
    "models": {"author_errors", "text_files"},
    "knowledge": {"author_errors", "text_files"},
    "quiz": {"author_errors", "models", "knowledge", "store"},
    "store": set[str](),
    "features": {"settings", "models", "knowledge", "quiz", "store"},
    "cogs": {"features", "models", "knowledge", "quiz", "store"},
    "playground": set[str](),
    "cli": {"author_errors", "settings", "models", "knowledge", "features", "store"},
    "training": {"settings", "models", "knowledge"},
    "client": {"settings", "features", "cogs"},
    "bot": {"settings", "logs", "client", "playground", "cli"},
}
MAY_IMPORT_DISCORD = {"bot", "client", "cogs", "playground/client.py"}


def files_of(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, relative ones resolved to `inferbot.…`."""
    package = ["inferbot", *path.relative_to(ROOT).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = [*base, *((node.module or "").split(".") if node.module else [])]
            yield ".".join(module)
            yield from (".".join([*module, alias.name]) for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    parts = (name.split(".") for name in imported(path))
    return {part[1] for part in parts if part[0] == "inferbot" and len(part) > 1 and part[1] in ALLOWED}


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_knows_only_whom_it_may(room: str) -> None:
    files = files_of(room)
    assert files
    for path in files:
        strangers = rooms_imported(path) - ALLOWED[room] - {room}
        assert not strangers, f"{path.relative_to(ROOT)} imports {strangers}"


@pytest.mark.parametrize("room", ALLOWED)
def test_only_the_cogs_the_front_door_and_the_pointer_know_discord(room: str) -> None:
    for path in files_of(room):
        name = path.relative_to(ROOT).as_posix()
        if room in MAY_IMPORT_DISCORD or name in MAY_IMPORT_DISCORD:
            continue
        assert not {name.split(".")[0] for name in imported(path)} & {"discord"}, name


def test_the_rules_of_the_quiz_are_pure() -> None:
    """The files directly in `quiz/` know only each other and the standard library, and one package that reads dates."""
    for path in sorted((ROOT / "quiz").glob("*.py")):
        for name in imported(path):
            root, *inside = name.split(".")
            if root == "inferbot":
                assert inside[0] == "quiz", f"{path.name} imports {name}"
                assert inside[1:2] != ["running"], f"{path.name} imports {name}"
            else:
                assert root in sys.stdlib_module_names | {"dateparser"}, f"{path.name} imports {name}"


def test_every_room_of_the_package_is_listed_here() -> None:
    folders = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/__init__.py")}
    modules = {path.stem for path in ROOT.glob("*.py")} - {"__init__"}
    assert folders | modules == set(ALLOWED)


def test_weights_are_never_read_with_plain_pickle() -> None:
    for path in files_of("models"):
        source = path.read_text(encoding="utf-8")
        assert "pickle.load" not in source, path
        assert "torch.load" not in source, path


def module_name(path: Path) -> str:
    parts = ["inferbot", *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_no_import_runs_in_a_circle() -> None:
    modules = {module_name(path): path for room in ALLOWED for path in files_of(room)}
    imports = {name: {*imported(path)} & modules.keys() - {name} for name, path in modules.items()}
    # `from .views import quiz` needs the module `views.quiz`, and the package `views` only for what it defines itself.
    for needed in imports.values():
        needed -= {name for name in needed if any(other.startswith(f"{name}.") for other in needed)}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


# Numbered migrations and plain data may be long: no one reads them from top to bottom.
LONG_FUNCTIONS_ALLOWED = "store/migrations/versions/"
LONGEST_FUNCTION, LONGEST_FILE = 45, 400


def test_no_function_is_too_long_to_read() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for room in ALLOWED
        for path in files_of(room)
        if not path.relative_to(ROOT).as_posix().startswith(LONG_FUNCTIONS_ALLOWED)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_too_long_to_read() -> None:
    sources = [path for room in ALLOWED for path in files_of(room)]
    sources += [path for kind in ("js", "css") for path in (ROOT / "playground").rglob(f"*.{kind}")]
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in sources
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
