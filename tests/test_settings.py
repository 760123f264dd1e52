"""Settings: what is accepted, and what people are told when something is not."""

from pathlib import Path

import pytest
from inferbot.settings import Settings, SettingsError, load_settings, unknown_variables, variable_name
from pydantic import ValidationError


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_name(name), raising=False)


def test_all_defaults_without_environment() -> None:
    settings = load_settings()
    assert settings.discord_token is None
    assert settings.default_model == "efficientnet-lite0"
    assert settings.workers == 2


def test_reads_the_env_file_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("INFERBOT_WORKERS=3\nINFERBOT_QUEUE_SIZE=7\nDISCORD_TOKEN=from-file\n")
    monkeypatch.setenv("INFERBOT_WORKERS", "4")
    settings = load_settings()
    assert (settings.workers, settings.queue_size) == (4, 7)
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "from-file"


def test_the_example_file_is_the_defaults(tmp_path: Path) -> None:
    example = (Path(__file__).parent.parent / ".env.example").read_text()
    uncommented = "\n".join(
        line.removeprefix("#") if line.startswith("#INFERBOT") else line for line in example.split("\n")
    )
    (tmp_path / ".env").write_text(uncommented)
    from_example = load_settings()
    (tmp_path / ".env").unlink()
    assert from_example == load_settings()
    assert all(f"{variable_name(field)}=" in example for field in Settings.model_fields)


@pytest.mark.parametrize(
    ("variable", "value", "accepts"),
    [
        ("INFERBOT_WORKERS", "many", "a whole number from 1 to 16"),
        ("INFERBOT_WORKERS", "0", "a whole number from 1 to 16"),
        ("INFERBOT_DEADLINE", "-1", "seconds above 0"),
        ("INFERBOT_PLAYGROUND_PORT", "70000", "a port from 1 to 65535"),
        ("INFERBOT_OWN_MODELS", "/no/such/folder", "an existing folder"),
        ("INFERBOT_LOG_LEVEL", "loud", "DEBUG, INFO, WARNING or ERROR"),
        ("INFERBOT_FETCH_WEIGHTS", "perhaps", "true or false"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_it_accepts(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, accepts: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    sentence = str(caught.value)
    assert sentence.startswith(f"{variable} must be ")
    assert accepts in sentence
    assert sentence.endswith(".")
    assert value not in sentence.removeprefix(variable).split()


def test_every_setting_says_what_it_accepts() -> None:
    described = {name for name, field in Settings.model_fields.items() if field.description}
    assert described == set(Settings.model_fields) - {"discord_token"}


def test_several_wrong_values_are_several_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERBOT_WORKERS", "many")
    monkeypatch.setenv("INFERBOT_QUEUE_SIZE", "few")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert len(str(caught.value).splitlines()) == 2


def test_log_level_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERBOT_LOG_LEVEL", "debug")
    assert load_settings().log_level == "DEBUG"


@pytest.mark.parametrize("token", ["", "   "])
def test_a_blank_token_is_none(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", token)
    assert load_settings().discord_token is None


def test_the_token_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret-token")
    settings = load_settings()
    assert "very-secret-token" not in repr(settings)
    assert "very-secret-token" not in settings.model_dump_json()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load_settings().workers = 5  # pyright: ignore[reportAttributeAccessIssue]


def test_a_misspelt_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERBOT_WORKRES", "2")
    assert unknown_variables() == ["INFERBOT_WORKRES is not a setting; did you mean INFERBOT_WORKERS?"]


def test_a_misspelt_name_in_the_env_file_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("INFERBOT_QUEUE_SICE=2\n")
    assert unknown_variables() == ["INFERBOT_QUEUE_SICE is not a setting; did you mean INFERBOT_QUEUE_SIZE?"]


def test_an_env_file_that_is_no_utf8_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("INFERBOT_WORKERS=3\n".encode("utf-16"))
    with pytest.raises(SettingsError, match="save it as a plain text file in UTF-8"):
        load_settings()


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFERBOT_CACHE_DIR", "~/weights")
    assert load_settings().cache_dir == Path.home() / "weights"
