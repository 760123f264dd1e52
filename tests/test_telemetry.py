"""Running a model leaves nothing outside our own folders, such as the device id of onnxruntime's telemetry."""

import os
import subprocess
import sys
from pathlib import Path

from inferbot.models.examples import examples
from support.tiny_models import write_own_model

ROOT = Path(__file__).parent.parent


def test_a_model_that_runs_leaves_no_file_in_the_home_folder(tmp_path: Path) -> None:
    home, ours, photo = tmp_path / "home", tmp_path / "ours", tmp_path / "photo.jpg"
    for folder in (home, ours):
        folder.mkdir()
    write_own_model(ours)
    photo.write_bytes(next(iter(examples().values())).read())
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    environment = kept | {
        "HOME": str(home),
        "INFERBOT_OWN_MODELS": str(ours),
        "INFERBOT_CACHE_DIR": str(ours),
        "INFERBOT_DATA_DIR": str(ours),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "bot.py", "label", str(photo), "--model", "colours"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert run.returncode == 0, run.stderr
    assert "blue" in run.stdout
    assert [str(path.relative_to(home)) for path in home.rglob("*")] == []
