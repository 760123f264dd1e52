"""The training run: steps, checkpoints, log. It stops when its time is over, and goes on where it stopped."""

import contextlib
import dataclasses
import json
import logging
import random
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - PyTorch's own name for it

from ..config import END, Config, Ids, Shape, batches
from ..data import Splits
from ..everyday import everyday
from ..scores import score
from ..tokenizer import open_tokenizer, train_tokenizer
from ..variety import bare, enriched, rough
from .model import Translator, padded
from .speaking import translate

log = logging.getLogger(__name__)

Batch = tuple[Tensor, Tensor]


class Run:
    """One model in training, kept in `folder`: `state.pt`, `log.jsonl` and the tokenizer."""

    def __init__(self, folder: Path, splits: Splits, shape: Shape, config: Config) -> None:
        self.folder, self.splits, self.config = folder, splits, config
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        tokenizer = folder / "tokenizer.model"
        if not tokenizer.exists():
            train_tokenizer(splits.train, tokenizer.with_suffix(""), shape.vocabulary)
        self.words = open_tokenizer(tokenizer)
        self.model = Translator(shape)
        self.averaged = {name: one.detach().clone() for name, one in self.model.p.items()}
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=0, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.01, fused=True
        )
        self.step = self.epoch = self.batch = self.tokens = 0
        self.seconds = 0.0
        pairs = enriched(splits.train, config.seed, short_times=config.short_times, renamed_share=config.renamed_share)
        tested = [*splits.validation, *splits.test]
        pairs += everyday(tested, config.seed, times=config.phrase_times, each=config.pattern_sentences)
        self._sources = self._encode([english for english, _ in pairs])
        self._bare = self._encode([bare(english) for english, _ in pairs])
        self._rough = self._encode([rough(english) for english, _ in pairs])
        self._targets = self._encode([spanish for _, spanish in pairs])
        self._resume()

    def start_from(self, weights: dict[str, Tensor]) -> None:
        """Take `weights` instead of random ones, if the run has yet to begin."""
        if self.step == 0:
            self._set(weights)
            self.averaged = {name: one.detach().clone() for name, one in self.model.p.items()}

    def train(self, until: float, machine: str) -> None:
        """Train until the run's hours are over, or until the time `until` (Unix seconds); then write a checkpoint.

        `machine` says in words, for the log, what this start runs on.
        """
        self._note(machine=machine, torch=torch.__version__)
        started, saved = time.monotonic(), time.monotonic()
        before = self.seconds
        loss_sum, loss_tokens = 0.0, 0
        for source, target in self._from_here():
            loss = self._learn(source, target)
            count = int((target >= 0).sum())
            loss_sum, loss_tokens = loss_sum + loss * count, loss_tokens + count
            self.tokens += count
            self.step += 1
            self.seconds = before + time.monotonic() - started
            if self.step % 100 == 0:
                self._note(loss=round(loss_sum / loss_tokens, 4), rate=round(self._rate(), 6))
                loss_sum, loss_tokens = 0.0, 0
            if self.step % self.config.check_every == 0:
                self._check()
            if time.monotonic() - saved > self.config.checkpoint_seconds:
                self.save()
                saved = time.monotonic()
            if self.seconds >= self.config.hours * 3600 or time.time() >= until:
                break
        self._check()
        self.save()

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(),
            "counts": (self.step, self.epoch, self.batch, self.tokens, self.seconds),
            "config": dataclasses.asdict(self.config),
        }
        part = self.folder / "state.pt.part"
        torch.save(state, part)
        part.replace(self.folder / "state.pt")

    def validation_loss(self) -> float:
        """Return the averaged weights' loss a token on the validation sentences, not smoothed, by first references."""
        sources = self._encode([one.english for one in self.splits.validation])
        targets = self._encode([one.spanish[0] for one in self.splits.validation])
        self.model.eval()
        loss_sum = 0.0
        with self._averaging(), torch.no_grad():
            for numbers in batches(sources, targets, self.config, 0):
                source = padded([sources[i] for i in numbers])
                target = padded([targets[i] for i in numbers])
                logits = self.model(source, target).flatten(0, 1)
                loss_sum += F.cross_entropy(logits, target.flatten(), ignore_index=-1, reduction="sum").item()
        return loss_sum / sum(map(len, targets))

    def _encode(self, texts: list[str]) -> list[Ids]:
        return [[*ids[: self.config.longest], END] for ids in self.words.encode(texts)]

    def _tensors(self, numbers: list[int], chance: random.Random) -> Batch:
        kinds = [self._bare, self._rough, self._sources]
        shares = [self.config.bare_share, self.config.rough_share]
        chosen = chance.choices(kinds, [*shares, 1 - sum(shares)], k=len(numbers))
        sources = [kind[number] for kind, number in zip(chosen, numbers, strict=True)]
        return padded(sources), padded([self._targets[number] for number in numbers])

    def _from_here(self) -> Iterator[Batch]:
        while True:
            numbered = batches(self._sources, self._targets, self.config, self.epoch)
            for i in range(self.batch, len(numbered)):
                self.batch = i + 1
                yield self._tensors(numbered[i], random.Random(self.step))  # noqa: S311 - not a secret
            self.epoch, self.batch = self.epoch + 1, 0

    def _rate(self) -> float:
        return self.config.rate(self.step, self.seconds)

    def _learn(self, source: Tensor, target: Tensor) -> float:
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bf16):
            logits = self.model(source, target)
        flat = logits.flatten(0, 1).float()
        loss = F.cross_entropy(flat, target.flatten(), ignore_index=-1, label_smoothing=self.config.smoothing)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip)
        self.optimiser.step()
        weight = max(1 - self.config.average, 1 / (self.step + 1))
        own = [one.detach() for one in self.model.p.values()]
        torch._foreach_lerp_(list(self.averaged.values()), own, weight)
        return loss.item()

    def _check(self) -> None:
        """Note how well the averaged weights do on sentences that were never trained on."""
        groups = self.splits.validation[: self.config.check_sentences]
        with self._averaging():
            result = score(translate(self.model, self.words, [one.english for one in groups]), groups)
        self._note(validation_loss=round(self.validation_loss(), 4), bleu=result.bleu, chrf=result.chrf)

    @contextlib.contextmanager
    def _averaging(self) -> Iterator[None]:
        own = {name: one.detach().clone() for name, one in self.model.p.items()}
        self._set(self.averaged)
        try:
            yield
        finally:
            self._set(own)

    @torch.no_grad()
    def _set(self, weights: dict[str, Tensor]) -> None:
        for name, one in self.model.p.items():
            one.copy_(weights[name])

    def _note(self, **values: float | str) -> None:
        entry = {"step": self.step, "epoch": self.epoch, "tokens": self.tokens, "seconds": round(self.seconds)}
        with (self.folder / "log.jsonl").open("a") as file:
            file.write(json.dumps(entry | values) + "\n")

    def _resume(self) -> None:
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.averaged = state["averaged"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.epoch, self.batch, self.tokens, self.seconds = state["counts"]
        log.info("going on from step %d", self.step)
