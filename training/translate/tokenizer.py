"""The tokenizer that both languages share: pieces of words, learned from the training pairs."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, cast

from .config import END, UNKNOWN, Ids
from .data import Pair

# The library says nothing about its types.
sentencepiece: Any = importlib.import_module("sentencepiece")


class Tokenizer(Protocol):
    """What is used of a sentencepiece model."""

    def encode(self, texts: list[str]) -> list[Ids]:
        """Return each text's token ids, without the end."""
        ...

    def decode(self, ids: Ids) -> str:
        """Return the text of some token ids."""
        ...


def train_tokenizer(pairs: Iterable[Pair], prefix: Path, vocabulary: int) -> None:
    """Write `prefix`.model, with the end as token 0 and unknown as 1; bytes stand for characters never seen."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=(text for pair in pairs for text in pair),
        model_prefix=str(prefix),
        vocab_size=vocabulary,
        character_coverage=1.0,
        byte_fallback=True,
        eos_id=END,
        unk_id=UNKNOWN,
        bos_id=-1,
        pad_id=-1,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )


def open_tokenizer(path: Path) -> Tokenizer:
    """Return the tokenizer that was written to `path`."""
    return cast("Tokenizer", sentencepiece.SentencePieceProcessor(model_file=str(path)))
