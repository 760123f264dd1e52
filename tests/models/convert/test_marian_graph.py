"""The graphs compute what the papers say, in float32 exactly and in 8 bits nearly, and give their weights back."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from inferbot.models.convert.marian import Weights
from inferbot.models.convert.marian_graph import Plan, Precision, build, read_back
from inferbot.models.errors import WeightsError
from inferbot.models.runtime import open_session
from inferbot.models.tasks.decoding import DecoderOutput, MarianNetwork
from support.tiny_marian import HEADS, PlainNetwork, tiny_weights

SENTENCES = [[5, 9, 2, 17, 0], [3, 0], [4] * 9 + [0]]
STEPS = 6


def network(weights: Weights, precision: Precision, alignment: str = "mean of heads") -> MarianNetwork:
    plan = Plan(HEADS, "first head" if alignment == "first head" else "mean of heads", precision)
    return MarianNetwork(*map(open_session, build(weights, plan)))


def written(one: MarianNetwork, tokens: list[int]) -> list[DecoderOutput]:
    return list(islice(greedy(one, tokens), STEPS))


def greedy(one: MarianNetwork, tokens: list[int]) -> Iterator[DecoderOutput]:
    """Yield the steps of decoding, each with the best token of the one before."""
    decoding = one.decode(one.encode(tokens))
    step = next(decoding)
    while True:
        yield step
        step = decoding.send(step.best[0])


@pytest.mark.parametrize("tokens", SENTENCES)
@pytest.mark.parametrize("seed", range(3))
def test_float32_is_what_plain_numpy_computes(tokens: list[int], seed: int) -> None:
    weights = tiny_weights(seed)
    graph, plain = network(weights, "fp32"), PlainNetwork(weights)
    np.testing.assert_allclose(graph.encode(tokens).hidden[0], plain.encode(tokens), atol=2e-4)
    for step, (scores, shares) in zip(written(graph, tokens), plain.decode(tokens, STEPS), strict=True):
        order = np.argsort(-scores)[:3]
        assert step.best == tuple(order.tolist())
        np.testing.assert_allclose(step.scores, scores[order], atol=2e-4)
        np.testing.assert_allclose(step.attention, shares.mean(0), atol=2e-4)


def test_the_first_head_is_the_one_that_is_shown() -> None:
    weights = tiny_weights()
    tokens = SENTENCES[0]
    steps = written(network(weights, "fp32", "first head"), tokens)
    for step, (_, shares) in zip(steps, PlainNetwork(weights).decode(tokens, STEPS), strict=True):
        np.testing.assert_allclose(step.attention, shares[0], atol=2e-4)


@pytest.mark.parametrize("tokens", SENTENCES)
def test_eight_bits_stay_near_float32(tokens: list[int]) -> None:
    weights = tiny_weights()
    small, full = (network(weights, precision) for precision in ("int8", "fp32"))
    apart = np.abs(small.encode(tokens).hidden - full.encode(tokens).hidden)
    assert apart.mean() < 0.05
    first, other = written(small, tokens)[0], written(full, tokens)[0]
    np.testing.assert_allclose(first.attention, other.attention, atol=0.05)
    assert first.attention.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_the_unknown_token_is_never_written(precision: Precision) -> None:
    weights = tiny_weights()
    weights.vectors["decoder_ff_logit_out_b"][1] = 100
    assert all(step.best[0] != 1 and min(step.scores) >= 0 for step in written(network(weights, precision), [7, 0]))


def test_two_sentences_do_not_disturb_each_other() -> None:
    one = network(tiny_weights(), "int8")
    alone = [step.best for step in written(one, SENTENCES[0])]
    first, second = (greedy(one, tokens) for tokens in SENTENCES[:2])
    mixed = [(next(first).best, next(second).best) for _ in range(STEPS)]
    assert [best for best, _ in mixed] == alone


def test_the_weights_come_back_as_they_were() -> None:
    weights = tiny_weights()
    back = read_back(*build(weights, Plan(HEADS, "mean of heads", "int8")))
    assert set(back.matrices) == set(weights.matrices)
    for name, one in weights.matrices.items():
        assert (back.matrices[name].values == one.values).all(), name
        assert back.matrices[name].scale == one.scale
    for name, one in weights.vectors.items():
        kept = np.arange(len(one)) != 1 if name == "decoder_ff_logit_out_b" else slice(None)
        assert (back.vectors[name][kept] == one[kept]).all(), name


def test_float32_from_the_graphs_is_float32_from_the_weights() -> None:
    weights = tiny_weights()
    plan = Plan(HEADS, "mean of heads", "int8")
    again = build(read_back(*build(weights, plan)), replace(plan, precision="fp32"))
    direct = build(weights, replace(plan, precision="fp32"))
    assert again == direct


@pytest.mark.parametrize("name", ["decoder_l2_context_Wk", "encoder_l1_self_bq", "Wemb", "decoder_ff_logit_out_b"])
def test_a_missing_tensor_is_named(name: str) -> None:
    weights = tiny_weights()
    matrices = {one: matrix for one, matrix in weights.matrices.items() if one != name}
    vectors = {one: vector for one, vector in weights.vectors.items() if one != name}
    with pytest.raises(WeightsError, match=name):
        build(Weights(matrices, vectors), Plan(HEADS, "mean of heads", "int8"))


def test_what_is_no_graph_gives_no_weights() -> None:
    with pytest.raises(WeightsError):
        read_back(b"\x08nothing", b"")
