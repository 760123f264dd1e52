"""Models from the Hugging Face hub, fetched only when a person asks for one by its id.

The folder of a :class:`HubStore`::

    hub/<card id>/               the model's files, as they are opened
    hub/<card id>.part/          a download in progress (left over if the process was killed)
    hub/<card id>.lock           held by the process that fetches the model

A card pins a commit and the SHA-256 of each file, so no record is needed: a file is the right one or it isn't. The
folder gets its name only when every file has passed. Everything on the hub is data to us: no code of a repository is
ever fetched, and no one's login is used.
"""

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from ..cards import HubCard, Member
from ..errors import COMMAND, HashMismatch, NoNetwork, WeightsError
from . import wheels
from .cache import Progress, lock, plain_errors


class HubStore:
    """The fetched models of the hub, in a folder below ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path / "hub"

    def file_of(self, card: HubCard, member: Member) -> Path:
        """Return where a file of the model is, or will be."""
        return self._path / card.id / Path(member.file).name

    def is_ready(self, card: HubCard) -> bool:
        """Tell whether the model was fetched; looks for its files, not at every byte."""
        return all(self.file_of(card, member).is_file() for member in _members(card))

    def verify(self, card: HubCard) -> None:
        """Check every byte of the model against its card. Raises :class:`WeightsError` or :class:`HashMismatch`."""
        fetch = f"run `{COMMAND} models fetch {card.id}`"
        if not self.is_ready(card):
            raise WeightsError(f"The files of {card.id} aren't here: {fetch}.")
        with plain_errors(self._path):
            for member in _members(card):
                if wheels.hash_file(self.file_of(card, member)) != member.file_sha256:
                    raise HashMismatch(f"A file of {card.id} is damaged ({Path(member.file).name}): {fetch} again.")

    def prepare(self, card: HubCard, progress: Progress) -> None:
        """Fetch and verify the model unless it is here and intact. Blocks, for minutes.

        Raises a subclass of :class:`WeightsError` whose text is one sentence that says what to do.
        """
        with plain_errors(self._path):
            self._path.mkdir(parents=True, exist_ok=True)
            with lock(self._path / f"{card.id}.lock"):
                with suppress(WeightsError):
                    self.verify(card)
                    return
                self._fetch(card, progress)

    def _fetch(self, card: HubCard, progress: Progress) -> None:
        part, target = self._path / f"{card.id}.part", self._path / card.id
        whole = part / "whole"
        shutil.rmtree(part, ignore_errors=True)
        whole.mkdir(parents=True)
        done = 0

        def report(start: int, more: int) -> None:
            progress(card.id, "download", start + more, card.file_bytes)

        try:
            for member in _members(card):
                fetch_member(card, member, part, partial(report, done))
                path = part / member.file
                if wheels.hash_file(path) != member.file_sha256:
                    raise HashMismatch(f"The hub's {member.file} of {card.hub.repository} isn't the pinned one.")
                done += path.stat().st_size
                path.replace(whole / path.name)
                report(done, 0)
            shutil.rmtree(target, ignore_errors=True)
            whole.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _members(card: HubCard) -> tuple[Member, ...]:
    return card.hub.encoder, card.hub.decoder, card.hub.tokenizer


def fetch_member(card: HubCard, member: Member, folder: Path, report: Callable[[int], None]) -> None:
    """Fetch one file of the card's repository and commit into ``folder``, under its own path there. Blocks.

    Raises :class:`NoNetwork` or :class:`WeightsError`, one sentence each.
    """
    # Set before the library is imported, which is when it reads them; what a host has set stays.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    import httpx2
    import huggingface_hub
    from huggingface_hub import errors

    # It reports at every retry what we report once, at the end.
    huggingface_hub.logging.set_verbosity(logging.CRITICAL)
    where = f"{member.file} of {card.hub.repository}"
    try:
        cast("Any", huggingface_hub).hf_hub_download(
            repo_id=card.hub.repository,
            filename=member.file,
            revision=card.hub.revision,
            local_dir=folder,
            endpoint=os.environ.get("HF_ENDPOINT"),
            token=False,
            tqdm_class=_counter(report),
        )
    except (errors.EntryNotFoundError, errors.RevisionNotFoundError, errors.RepositoryNotFoundError) as error:
        if not isinstance(error, errors.LocalEntryNotFoundError):
            raise WeightsError(f"The hub no longer has {where} at the pinned commit.") from error
        raise _failed(card, where, error.__cause__) from error
    except (errors.HfHubHTTPError, httpx2.HTTPError, errors.OfflineModeIsEnabled) as error:
        raise _failed(card, where, error) from error


def _failed(card: HubCard, where: str, cause: BaseException | None) -> WeightsError:
    from huggingface_hub.errors import HfHubHTTPError

    if isinstance(cause, HfHubHTTPError):
        return WeightsError(f"The hub answered {cause.response.status_code} for {where}: try later.")
    return NoNetwork(
        "The Hugging Face hub can't be reached: check the network connection (and HF_ENDPOINT, if you set it), "
        f"then run `{COMMAND} models fetch {card.id}` again."
    )


def _counter(report: Callable[[int], None]) -> type[Any]:
    """Return a progress bar that draws nothing and passes the count of bytes on."""
    from tqdm import tqdm

    base: Any = tqdm

    class Counter(base):
        def __init__(self, *_args: object, **options: Any) -> None:
            base.__init__(self, disable=True, total=options.get("total"))
            self._bytes = int(options.get("initial") or 0)

        def update(self, n: float | None = 1) -> None:
            self._bytes += int(n or 0)
            report(self._bytes)

    return Counter
