"""Phrase tables: what is refused, which phrases read best together, and that no word of the source is swallowed."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.errors import WeightsError
from inferbot.models.tasks.phrase_table import PhraseTable, read_table
from inferbot.models.tasks.phrase_words import words
from inferbot.models.tasks.phrase_writing import spell
from inferbot.training.translate.packing import pack, write
from support.tiny_phrases import tiny_counts, tiny_phrases

PHRASES = tiny_phrases()


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Onde fica a estação de trem?", "¿Dónde está la estación de tren?"),
        ("onde fica a estação de trem?", "¿dónde está la estación de tren?"),
        ("Eu tenho 12 gatos.", "Tengo 12 gatos."),
        ("Eu tenho 1.250,50 gatos.", "Tengo 1.250,50 gatos."),
        ("Onde fica São Paulo?", "¿Dónde está San Pablo?"),
        ("ONDE FICA a estação?", "¿DÓNDE ESTÁ la estación?"),
        ('a "estação" (de trem)', 'la "estación" (de tren)'),
        ("v2.0 de 3:4", "v2.0 de 3:4"),
        ("", ""),
    ],
)
def test_a_sentence_is_written_as_its_source_is(source: str, target: str) -> None:
    assert PHRASES.translate(source).text == target


def test_each_phrase_knows_the_words_it_came_from() -> None:
    result = PHRASES.translate("Onde fica a estação?")
    assert [(piece.first, piece.last, piece.written) for piece in result.pieces] == [
        (0, 1, "¿Dónde está"),
        (2, 2, " la"),
        (3, 3, " estación"),
        (4, 4, "?"),
    ]
    assert [one.text for one in result.pieces[1].choices] == ["la", "a"]


def test_a_word_without_a_phrase_is_spelled_as_its_neighbor_would() -> None:
    (piece,) = PHRASES.translate("imaginação").pieces
    assert (piece.written, piece.known) == ("imaginación", False)
    assert spell("liberdade", "pt", "es") == "liberdad"
    assert spell("montaña", "es", "pt") == "montanha"


def test_a_name_without_a_phrase_stays() -> None:
    assert PHRASES.translate("Onde fica Guimarães?").text == "¿Dónde está Guimarães?"


@given(st.text(max_size=80))
def test_no_word_is_swallowed(text: str) -> None:
    result = PHRASES.translate(text)
    covered = [place for piece in result.pieces for place in range(piece.first, piece.last + 1)]
    assert covered == list(range(len(result.source)))
    assert "".join(piece.written for piece in result.pieces) == result.text


@given(st.lists(st.sampled_from([*"?.,", "onde", "fica", "Tom", "12", "1.250,50", "3:4", "xyz", "São", "Paulo"])))
def test_numbers_and_the_names_of_mentions_stay(parts: list[str]) -> None:
    kept = ("Tom", "12", "1.250,50", "3:4")
    found = [word.text for word in words(PHRASES.translate(" ".join(parts)).text)]
    for one in kept:
        assert found.count(one) == parts.count(one)


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "phrases.npz"
    write(path, pack(tiny_counts()))
    assert read_table(path.read_bytes()).size == len(tiny_counts().options)
    first = path.read_bytes()
    write(path, pack(tiny_counts()))
    assert path.read_bytes() == first


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phrases.npz"
    write(path, pack(tiny_counts()))
    data = path.read_bytes()
    for broken in (b"", b"nothing", data[: len(data) // 2], data.replace(b"phrases.npy", b"phrasez.npy")):
        with pytest.raises(WeightsError):
            read_table(broken)


def test_objects_are_refused() -> None:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, phrases=np.array([{}], object))
    with pytest.raises(WeightsError):
        read_table(file.getvalue())


BROKEN: list[tuple[str, Callable[[Any], Any]]] = [
    ("option_words", lambda one: one + 60_000),
    ("option_words", lambda one: one[:-1]),
    ("option_counts", lambda one: one * 0),
    ("option_lengths", lambda one: one + 7),
    ("option_scores", lambda one: one[:-1]),
    ("unigrams", lambda one: one[:-1]),
    ("bigram_scores", lambda one: one.astype(np.uint16)),
    ("trigrams", lambda one: one * np.uint64(0)),
    ("source_words", lambda one: one[::-1]),
    ("phrases", lambda one: one.reshape(1, -1)),
    ("target_words", lambda one: np.concatenate([one, [b"~"]])),
]


@pytest.mark.parametrize(("name", "change"), BROKEN)
def test_arrays_that_do_not_fit_together_are_refused(name: str, change: Callable[[Any], Any]) -> None:
    arrays = pack(tiny_counts())
    arrays[name] = change(arrays[name])
    with pytest.raises(WeightsError):
        PhraseTable(arrays)
