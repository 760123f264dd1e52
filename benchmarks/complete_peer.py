"""llama.cpp on the same file, one thread: run by `complete.py` with a Python that has the package xllamacpp.

    python benchmarks/complete_peer.py GGUF TOKENS ROUNDS < prompt

Prints one JSON list a round: tokens a second after the first, and milliseconds to read the prompt.
"""

import json
import sys
from typing import Any

import xllamacpp  # pyright: ignore[reportMissingImports] - of another environment


def main() -> None:
    """Write the same text in every round."""
    path, tokens, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    library: Any = xllamacpp
    params = library.CommonParams()
    params.model.path = path
    params.n_ctx, params.n_parallel = 512, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = library.Server(params)
    prompt = sys.stdin.read()
    order = {"prompt": prompt, "n_predict": tokens, "temperature": 0, "cache_prompt": False, "ignore_eos": True}
    for _ in range(rounds):
        times = server.handle_completions(order)["timings"]
        print(json.dumps([times["predicted_per_second"], times["prompt_ms"]]), flush=True)


if __name__ == "__main__":
    main()
