"""Translations by the network in PyTorch: to check a run while it goes on, and to measure weights afterwards."""

import torch

from ..config import END, UNKNOWN, Ids
from ..tokenizer import Tokenizer
from ..weights import Weights, dequantise
from .model import NOTHING, Translator, hiding, padded


def translate(model: Translator, words: Tokenizer, texts: list[str], size: int = 64) -> list[str]:
    """Return the translation of each text, `size` texts of like length at a time."""
    model.eval()
    found: dict[int, str] = {}
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        sources = [[*ids, END] for ids in words.encode([texts[i] for i in chosen])]
        for i, ids in zip(chosen, greedy(model, sources), strict=True):
            found[i] = words.decode(ids)
    return [found[i] for i in range(len(texts))]


@torch.no_grad()
def greedy(model: Translator, sources: list[Ids]) -> list[Ids]:
    """Return the tokens of each translation, without the end, taking the likeliest token at every step."""
    source = padded(sources)
    mask = hiding(source)
    memory = model.encode(source.clamp(min=0), mask)
    # Nothing has been said: Marian's decoder starts from an embedding of zeros.
    before, seen = torch.zeros(len(sources), 1, model.shape.width), NOTHING
    said = torch.empty(len(sources), 0, dtype=torch.long)
    for _ in range(int(source.shape[1] * 2.5) + 5):
        logits, seen = model.decode(before, seen, memory, mask)
        logits[..., UNKNOWN] = -1e9
        chosen = logits.argmax(-1)
        said = torch.cat([said, chosen], dim=1)
        if bool((said == END).any(dim=1).all()):
            break
        before = model.embed(chosen)
    rows: list[Ids] = said.tolist()
    return [row[: row.index(END)] if END in row else row for row in rows]


def tensors_of(weights: Weights) -> dict[str, torch.Tensor]:
    """Return `weights`, 8-bit or not, as PyTorch's float32 tensors."""
    return {name: torch.from_numpy(values) for name, values in dequantise(weights).items()}
