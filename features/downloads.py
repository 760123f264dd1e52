"""Fetching what people attached: streamed, counted, and given up on when it is too large, gone or stalled."""

from collections.abc import AsyncIterator
from typing import Protocol

import aiohttp

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


async def _read(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > limit:
            raise AttachmentTooLarge(limit)
    return bytes(data)
