"""Every pack a server can play: the bundled ones, those in the owner's folder, and what the server uploaded."""

import asyncio
import logging
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...author_errors import AuthorError
from ...knowledge.packs import PACKS, Known, Pack, PackError, Question, read_pack, read_packs
from ...store import packs as rows
from ...store.records import PackRecord
from ...store.store import Store

log = logging.getLogger(__name__)

MAX_PACKS = 10
Fits = Callable[[Question], bool]
EVERYTHING = "everything"


class UploadRunning(Exception):
    """Another pack of the same server is being checked."""


class TooManyPacks(Exception):
    """A server has as many packs of its own as it can have."""


@dataclass
class PackNameTaken(Exception):
    """There is a bundled pack of that name."""

    name: str


class NoSuchPack(Exception):
    """A pack that doesn't exist."""


class NoQuestions(Exception):
    """No question matches what was asked for."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A pack's file as a person sent it."""

    filename: str
    data: bytes


def has_answer(question: Question) -> bool:
    """Return whether a question has its answer in the pack, so no model is needed."""
    return question.answer is not None


class Library:
    """Packs by id, in memory; only what servers upload is written to the store."""

    def __init__(self, store: Store, known: Known, own_folder: Path | None = None) -> None:
        self._store = store
        self._known = known
        self._own_folder = own_folder
        self._shared: dict[str, Pack] = {}
        self._of_guild: dict[int, dict[str, Pack]] = {}
        self.problems: tuple[str, ...] = ()
        # One change at a time, so that the limit holds and no pack is deleted twice.
        self._changing = asyncio.Lock()
        self._uploading: set[int] = set()

    async def load(self) -> None:
        """Read every pack; `problems` gets one sentence for each file of the owner's that can't be used."""
        self._shared, self.problems = await asyncio.to_thread(self._read_shared)
        for record in await self._store.read(rows.everything):
            try:
                pack = await asyncio.to_thread(read_pack, record.data, record.id, self._known, stored=True)
            except PackError as error:  # an article it names has been removed since
                log.warning("an uploaded pack can't be read", extra={"pack": record.id, "reason": error.problems[0]})
                continue
            self._of_guild.setdefault(record.guild, {})[record.id] = pack

    def _read_shared(self) -> tuple[dict[str, Pack], tuple[str, ...]]:
        bundled, _ = read_packs(PACKS, self._known)
        if self._own_folder is None:
            return bundled, ()
        own, wrong = read_packs(self._own_folder, self._known)
        return {**own, **bundled}, tuple(_summary(name, error) for name, error in wrong.items())

    def packs(self, guild: int | None) -> dict[str, Pack]:
        """Return the packs a server can play, its own last."""
        return {**self._shared, **self._of_guild.get(guild or 0, {})}

    def own(self, guild: int) -> Mapping[str, Pack]:
        """Return the packs a server uploaded."""
        return self._of_guild.get(guild, {})

    def title(self, guild: int | None, pack: str) -> str:
        """Return a pack's title."""
        if pack == EVERYTHING:
            return "All packs"
        found = self.packs(guild).get(pack)
        return found.title if found else pack

    def question(self, guild: int | None, question: str) -> Question | None:
        """Return the question with that id, if it still exists."""
        return next(
            (pack.questions[question] for pack in self.packs(guild).values() if question in pack.questions), None
        )

    def choose(
        self,
        guild: int | None,
        *,
        pack: str = EVERYTHING,
        difficulty: str | None = None,
        article: str | None = None,
        fits: Fits = lambda _: True,
    ) -> list[Question]:
        """Return the questions that match; `fits` may leave some out, such as those whose model isn't available.

        Raises `NoSuchPack`, or `NoQuestions` when none matches.
        """
        packs = self.packs(guild)
        if pack != EVERYTHING and pack not in packs:
            raise NoSuchPack(pack)
        chosen = packs.values() if pack == EVERYTHING else [packs[pack]]
        found = [
            one
            for each in chosen
            for one in each.questions.values()
            if (difficulty is None or one.difficulty == difficulty)
            and (article is None or one.article == article)
            and fits(one)
        ]
        if not found:
            raise NoQuestions
        return found

    async def upload(self, guild: int, uploader: int, upload: Upload, at: float) -> Pack:
        """Add a pack for one server; a pack of the same name is replaced.

        Raises `PackError`, `PackNameTaken`, `TooManyPacks`, or `UploadRunning` while another one is being added.
        """
        name = re.sub(r"[^a-z0-9]+", "-", Path(upload.filename).stem.lower()).strip("-")[:40] or "pack"
        if name in self._shared or name == EVERYTHING:
            raise PackNameTaken(name)
        with self._one_upload(guild):
            pack = await asyncio.to_thread(read_pack, upload.data, name, self._known)
            record = PackRecord(guild, name, pack.title, upload.data, len(pack.questions), uploader, at)
            await self._add(record, pack)
        return pack

    @contextmanager
    def _one_upload(self, guild: int) -> Generator[None]:
        if guild in self._uploading:
            raise UploadRunning
        self._uploading.add(guild)
        try:
            yield
        finally:
            self._uploading.discard(guild)

    async def _add(self, record: PackRecord, pack: Pack) -> None:
        guild, name = record.guild, record.id
        async with self._changing:
            own = self.own(guild)
            if name not in own and len(own) >= MAX_PACKS:
                raise TooManyPacks
            await self._store.write(lambda connection: rows.put(connection, record))
            self._of_guild.setdefault(guild, {})[name] = pack

    async def remove(self, guild: int, pack: str) -> Pack:
        """Delete a server's own pack and return it. Raises `NoSuchPack`."""
        async with self._changing:
            found = self.own(guild).get(pack)
            if found is None:
                raise NoSuchPack(pack)
            await self._store.write(lambda connection: rows.remove(connection, guild, pack))
            self._of_guild.get(guild, {}).pop(pack, None)
        return found

    def forget(self, guild: int) -> None:
        """Forget a server's packs, which the store has deleted."""
        self._of_guild.pop(guild, None)


def _summary(file: str, error: AuthorError) -> str:
    """Return a file's first problem, and how to see the others."""
    first, *others = error.problems
    more = f" `inferbot check {file}` lists {len(others)} more." if others else ""
    return f"{file}: {first}{more}"
