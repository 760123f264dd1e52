"""The graph of a language model, on a tiny network of random numbers, against the same network in plain numpy."""

from typing import Any

import numpy as np
import pytest
from inferbot.models.convert import llama
from inferbot.models.errors import WeightsError
from inferbot.models.runtime import open_session
from inferbot.models.tasks.text_generation import Context, TextGenerator
from support.plain_llama import forward
from support.tiny_llama import WORDS, tiny_card, tiny_gguf

IDS = [0, 100, 42, 7, 260, 9, 33, 120]


def opened(precision: llama.Precision) -> TextGenerator:
    session: Any = open_session(llama.build(tiny_gguf(), 512, precision).SerializeToString())
    return TextGenerator(tiny_card(), session)


@pytest.fixture(scope="module")
def expected() -> Any:
    gguf = tiny_gguf()
    return forward(gguf.tensors, llama.Shape.of(gguf.metadata), IDS)


def test_the_float_graph_says_what_plain_numpy_says_token_by_token(expected: Any) -> None:
    context = Context(opened("fp32"), 16)
    for place, token in enumerate(IDS):
        assert np.allclose(context.feed([token]), expected[place], atol=1e-4)


def test_reading_many_tokens_at_once_is_the_same_as_one_by_one(expected: Any) -> None:
    context = Context(opened("fp32"), 16)
    assert np.allclose(context.feed(IDS[:5]), expected[4], atol=1e-4)
    assert np.allclose(context.feed(IDS[5:]), expected[-1], atol=1e-4)
    assert context.length == len(IDS)
    context.forget()
    assert np.allclose(context.feed(IDS), expected[-1], atol=1e-4)


def test_eight_bits_are_near(expected: Any) -> None:
    context = Context(opened("int8"), 16)
    found = np.array([context.feed([token]) for token in IDS])
    assert found.shape == (len(IDS), len(WORDS))
    # Far less than the scores differ among each other.
    assert np.abs(found - expected).mean() < 0.1 * expected.std()


@pytest.mark.parametrize("missing", ["blk.1.ffn_up.weight", "tokenizer.ggml.merges", "llama.block_count"])
def test_what_is_missing_is_named(missing: str) -> None:
    with pytest.raises(WeightsError, match=missing):
        llama.build(tiny_gguf(missing=missing), 512)


def test_numbers_made_eight_bit_come_back_within_half_a_step() -> None:
    weight = np.random.default_rng(1).standard_normal((3, 64)).astype(np.float32)
    weight[1, :32] = 0
    whole, scale = llama.quantize_blocks(weight)
    back = (whole.astype(np.float32) - 128) * scale[..., None]
    assert (np.abs(back - weight.reshape(back.shape)) <= scale[..., None] * 0.501).all()
