"""Embedding many texts, in batches and on two threads, with reports of progress."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from .vectors import Float32

# Takes texts, and returns one embedding per text, float32 [texts, dimensions], each of length one.
Embed = Callable[[Sequence[str]], Float32]
Progress = Callable[[int, int], None]

# Texts embedded between two reports of progress.
CHUNK = 64
# Chunks embedded at a time: it takes half as long on two cores, and leaves the other cores alone.
THREADS = 2


def embed_all(texts: Sequence[str], embed: Embed, progress: Progress) -> Float32:
    """Return the embeddings of `texts`, in their order. After each chunk, `progress` gets texts done and the total."""
    # Texts of similar length share a batch, so less padding is computed.
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
    parts: list[Float32] = []

    def embed_chunk(chunk: list[int]) -> Float32:
        return embed([texts[i] for i in chunk])

    with ThreadPoolExecutor(THREADS, "inferbot-index") as pool:
        try:
            for part in pool.map(embed_chunk, chunks):
                parts.append(part)
                progress(min(len(parts) * CHUNK, len(order)), len(order))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    vectors = np.concatenate(parts)
    return vectors[np.argsort(order)]
