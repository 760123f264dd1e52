"""Fetching what people attached: streamed, counted, and given up on when it is too large, gone or stalled."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import aiohttp

from ..models.errors import NotAnImage, TooManyBytes

CHUNK = 64 * 1024
TOTAL_SECONDS = 30.0
SILENT_SECONDS = 8.0


class DownloadError(Exception):
    """An attachment could not be fetched."""


class AttachmentTooLarge(DownloadError):
    """The attachment has more bytes than `limit`, by its declared size or by the count while it streamed."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"attachment larger than {limit} bytes")
        self.limit = limit


class AttachmentGone(DownloadError):
    """The attachment is not there any more (the server answered with a status other than 200)."""


class AttachmentStalled(DownloadError):
    """The server stopped sending, or the connection broke off."""


class FileUnreadable(DownloadError):
    """The file can't be read; the text is one sentence from the operating system that says why."""


class Downloads(Protocol):
    """Where attachments come from; tests bring their own."""

    async def fetch(self, url: str, *, declared: int, limit: int) -> bytes:
        """Return the attachment's bytes, `limit` at most. Raises `DownloadError`."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


class HttpDownloads:
    """`Downloads` over HTTP. Only addresses that Discord itself put on an attachment are ever given to it."""

    def __init__(self, *, total: float = TOTAL_SECONDS, silent: float = SILENT_SECONDS) -> None:
        """Give up after `total` seconds in all, or `silent` seconds without a byte."""
        self._timeout = aiohttp.ClientTimeout(total=total, sock_connect=silent, sock_read=silent)
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, url: str, *, declared: int, limit: int) -> bytes:
        """Return the attachment's bytes: refused by `declared` size first, then by the count while they stream.

        Raises `AttachmentTooLarge`, `AttachmentGone` or `AttachmentStalled`.
        """
        if declared > limit:
            raise AttachmentTooLarge(limit)
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, auto_decompress=False)
        try:
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status != 200:
                    raise AttachmentGone(f"status {response.status}")
                return await _read(response.content.iter_chunked(CHUNK), limit)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AttachmentStalled(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connections; a later `fetch` opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class FileDownloads:
    """`Downloads` from the disk, for pictures that someone names in a terminal: an address is a path."""

    async def fetch(self, url: str, *, declared: int, limit: int) -> bytes:  # noqa: ARG002 - the file says its size
        """Return the file's bytes. Raises `FileUnreadable`, `NotAnImage` or `TooManyBytes`."""
        try:
            return await asyncio.to_thread(_read_file, Path(url), limit)
        except OSError as error:
            raise FileUnreadable(f"{error.strerror}." if error.strerror else str(error)) from error

    async def close(self) -> None:
        """Do nothing: no file stays open."""


def _read_file(path: Path, limit: int) -> bytes:
    # Reading anything but a regular file (a pipe, a device) might never end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotAnImage
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise TooManyBytes(limit)
    return data


async def _read(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise AttachmentTooLarge(limit)
    return bytes(data)
