"""`complete` in a terminal: a text grows on standard output."""

import pytest
from inferbot.cli import complete
from inferbot.models.registry import Registry
from inferbot.settings import Settings
from support.fake_generator import FakeGenerator


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> FakeGenerator:
    model = FakeGenerator()

    def generator(_: Registry) -> FakeGenerator:
        return model

    monkeypatch.setattr(Registry, "generator", generator)
    return model


@pytest.mark.usefixtures("model")
def test_a_text_is_written_as_it_grows(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert complete.complete(empty, "Once upon a time", "greedy", 1, 5) == 0
    said = capsys.readouterr()
    assert said.out == "Once upon a time then the fox met a\n"
    assert "5 tokens" in said.err
    assert "often wrong" in said.err


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(("text", "sentence"), [("\x1b", "no text to continue"), ("x " * 300, "the limit is 256")])
def test_a_text_that_will_not_do_is_a_sentence_and_a_status(
    empty: Settings, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    assert complete.complete(empty, text, "balanced", 1, 5) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.usefixtures("model")
def test_odd_numbers_are_taken_as_the_nearest_that_will_do(empty: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert complete.complete(empty, "Once", "wild", -7, 10_000) == 0
    assert "120 tokens" in capsys.readouterr().err


def test_a_model_that_is_not_there_is_a_sentence_and_a_status(
    empty: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert complete.complete(empty, "Once", "balanced", 1, 5) == 1
    assert "models fetch" in capsys.readouterr().err
