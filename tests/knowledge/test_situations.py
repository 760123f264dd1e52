"""The labelled situations: enough of each, no two alike, each with a reason, and sentences made whole."""

from collections import Counter

from inferbot.knowledge.situations import VERDICTS, make_framed, read_situations

SITUATIONS = read_situations()


def test_there_are_enough_of_each_verdict_and_none_twice() -> None:
    counts = Counter(one.verdict for one in SITUATIONS)
    assert len(SITUATIONS) >= 600
    assert min(counts.values()) >= 200
    assert set(counts) == set(VERDICTS)
    texts = Counter(one.text.casefold() for one in SITUATIONS)
    assert [text for text, count in texts.items() if count > 1] == []


def test_each_kind_has_a_reason_that_fits_its_place() -> None:
    for one in SITUATIONS:
        assert one.reason.endswith("."), one.kind
        assert 20 < len(one.reason) <= 160, one.kind
        assert len(one.text) <= 140, one.text


def test_frames_make_whole_sentences_the_same_ones_each_time() -> None:
    made = make_framed()
    assert made == make_framed()
    counts = Counter(one.verdict for one in made)
    assert counts["inference"] == counts["training"] == counts["neither"] >= 300
    for one in made:
        assert "{" not in one.text
        assert "|" not in one.text
        assert not one.text[0].islower()
