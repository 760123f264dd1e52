"""Search by words, and the index of meanings, on three small articles."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.knowledge.search import npz
from inferbot.knowledge.search.embedding import CHUNK, embed_all
from inferbot.knowledge.search.index import LARGEST_SOLVED_WHOLE, Corpus, solve
from inferbot.knowledge.search.lexicon import Lexicon, stem, terms, words
from inferbot.knowledge.search.passages import example_passages
from inferbot.knowledge.search.questions import Example, read_questions
from inferbot.knowledge.search.ranking import LEAST_BEST, shares
from inferbot.knowledge.search.vectors import ROWS, Float32, Quantized
from support.articles import three_topics

ARTICLES = list(three_topics().articles.values())
SLUGS = [one.slug for one in ARTICLES]
EXAMPLES = [Example("WAT is a kv cache", "kv-cache"), Example("boil an egg", None)]
CORPUS = Corpus(ARTICLES, EXAMPLES)


def embed(texts: Sequence[str]) -> Float32:
    """Return a made-up embedding: which letters a text has, and how often."""
    counts = np.array([[text.lower().count(chr(97 + i)) + 0.01 for i in range(26)] for text in texts], np.float32)
    return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def ignore(*_: object) -> None:
    """Show no progress."""


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("WAT is RAAAAG??", ["what", "is", "rag"]),
        ("don't", ["dont"]),
        ("GPT-4.1 vs C++", ["gpt", "4.1", "versus", "c"]),
        ("", []),
        ("🦊", []),
    ],
)
def test_chat_spellings_are_read_as_words(said: str, read: list[str]) -> None:
    assert words(said) == read


@pytest.mark.parametrize(
    "family", [("quantise", "quantized", "quantization"), ("cache", "caches", "caching", "cached"), ("token", "tokens")]
)
def test_forms_of_a_word_have_one_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_words_that_say_nothing_are_left_out() -> None:
    assert terms(words("so what is the latency lol")) == ["latency"]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("keys and values", "kv-cache"),
        ("photo of a retriever", "image-recognition"),
        ("API price", "cost-of-inference"),
    ],
)
def test_words_point_to_their_article(question: str, slug: str) -> None:
    scores = Lexicon(ARTICLES).scores(words(question))
    assert SLUGS[int(scores.argmax())] == slug


def test_a_misspelt_word_is_corrected_and_a_known_one_is_not() -> None:
    lexicon = Lexicon(ARTICLES)
    assert lexicon.correct(["cachee", "retreiver", "langauge"]) == ["cache", "retriever", "language"]
    assert lexicon.correct(["photos", "the", "kv", "zebra"]) == ["photos", "the", "kv", "zebra"]
    assert lexicon.correct(["cachee"], lambda word: word == "cachee") == ["cachee"]


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    lexicon = Lexicon(ARTICLES[:1])
    read = lexicon.correct(words(text))
    assert lexicon.scores(read).shape == (1,)
    assert 0 <= lexicon.coverage(read)[0] <= 1


def test_shares_are_of_the_best_but_weak_scores_stay_weak() -> None:
    assert shares(np.array([20, 10, 0], np.float32)).tolist() == [1, 0.5, 0]
    assert shares(np.array([LEAST_BEST / 2, 0], np.float32)).tolist() == [0.5, 0]


def test_an_index_finds_the_passage_it_was_made_of() -> None:
    index = CORPUS.open(CORPUS.build(embed, ignore))
    for i, one in enumerate(CORPUS.texts):
        meaning = index.compare(embed([one.text])[0])
        assert meaning.texts[i] == pytest.approx(1, abs=1e-3)
        if one.kind == "sentence":
            assert meaning.sentences[SLUGS.index(one.slug)] == pytest.approx(1, abs=1e-3)


def test_quantized_embeddings_keep_their_cosines() -> None:
    vectors = np.random.default_rng(3).normal(size=(ROWS + 5, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[7] = 0
    quantized = Quantized.of(vectors)
    assert np.abs(quantized.dot(vectors[3]) - vectors @ vectors[3]).max() < 2e-3
    assert np.abs(quantized.rows([7, 300]) - vectors[[7, 300]]).max() < 2e-3


@pytest.mark.parametrize("count", [1, 512, LARGEST_SOLVED_WHOLE + 3])
def test_votes_are_solved_as_numpy_solves_them(count: int) -> None:
    chance = np.random.default_rng(count)
    factor = chance.normal(size=(count, count)).astype(np.float32) / np.float32(np.sqrt(count))
    near: Float32 = (factor @ factor.T + 0.1 * np.eye(count)).astype(np.float32)
    wanted = chance.normal(size=(count, 3)).astype(np.float32)
    expected = np.linalg.solve(near, wanted)
    assert np.abs(solve(near.copy(), wanted) - expected).max() < 1e-3


def test_examples_are_read_as_questions_are() -> None:
    assert [(one.slug, one.text) for one in example_passages(EXAMPLES)] == [
        ("kv-cache", "what is a kv cache"),
        ("", "boil an egg"),
    ]
    assert example_passages([Example("???", None)])[0].text == "???"


def test_embeddings_come_back_in_order_with_every_text_reported() -> None:
    texts = [letter * (i % 7 + 1) for i, letter in enumerate("abcdefghijklmnopqrstuvwxyz" * 5)]
    reports: list[tuple[int, int]] = []
    vectors = embed_all(texts, embed, lambda done, total: reports.append((done, total)))
    assert np.array_equal(vectors, embed(texts))
    assert reports[-1] == (130, 130)


def test_a_failure_in_the_middle_ends_the_embedding() -> None:
    embedded: list[str] = []

    def fail(texts: Sequence[str]) -> Float32:
        embedded.extend(texts)
        raise ValueError("the model failed")

    with pytest.raises(ValueError, match="the model failed"):
        embed_all(["text"] * CHUNK * 50, fail, ignore)
    assert len(embedded) <= CHUNK * 10


def test_votes_tell_whose_questions_are_whose() -> None:
    index = CORPUS.open(CORPUS.build(embed, ignore))
    on, off = (index.compare(embed([one.text])[0]) for one in example_passages(EXAMPLES))
    assert off.off_topic > on.off_topic
    assert SLUGS[int(on.votes.argmax())] == "kv-cache"


def test_sentences_do_not_vote() -> None:
    kinds = {CORPUS.texts[int(i)].kind for i in CORPUS.voters}
    assert kinds == {"title", "alias", "answer", "short", "question"}


def test_an_index_is_stored_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "search" / "index.npz"
    arrays = CORPUS.build(embed, ignore)
    npz.save(path, arrays)
    stored = npz.load(path)
    assert stored is not None
    assert stored.keys() == arrays.keys()
    assert all(np.array_equal(stored[name], array) for name, array in arrays.items())
    assert [one.name for one in path.parent.iterdir()] == ["index.npz"]
    question = embed(["what is a kv cache"])[0]
    assert np.array_equal(CORPUS.open(stored).compare(question).votes, CORPUS.open(arrays).compare(question).votes)


@pytest.mark.parametrize("damage", [b"", b"no zip", None])
def test_a_damaged_index_is_no_index(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "index.npz"
    npz.save(path, CORPUS.build(embed, ignore))
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    assert npz.load(path) is None
    assert npz.load(tmp_path / "none.npz") is None


def test_an_index_depends_on_all_that_it_is_made_of() -> None:
    made_of = CORPUS.made_of()
    assert made_of != Corpus(ARTICLES[1:], EXAMPLES).made_of()
    assert made_of != Corpus(ARTICLES, EXAMPLES[:-1]).made_of()
    assert made_of == Corpus(ARTICLES, EXAMPLES).made_of()


def test_every_example_question_belongs_to_an_article_or_to_none() -> None:
    from inferbot.knowledge.articles import read_shelf

    slugs = set(read_shelf().articles)
    held = read_questions(Path(__file__).parents[3] / "benchmarks" / "questions")
    learnt = read_questions()
    assert {one.slug for one in (*learnt, *held)} <= {*slugs, None}
    assert {one.slug for one in learnt} == {*slugs, None}
    assert not {one.question.casefold() for one in learnt} & {one.question.casefold() for one in held}
