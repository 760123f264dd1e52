"""Transport compression of the gateway: one shared context a connection (Gateway: Transport Compression)."""

from __future__ import annotations

import importlib
import zlib
from typing import Any, Protocol


class Compressor(Protocol):
    """Turns each payload into bytes that end where the receiver can decode them."""

    def __call__(self, text: str) -> bytes:
        """Compress one payload."""
        ...


class ZlibStream:
    """zlib-stream: every payload ends with the flush marker 00 00 FF FF."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def __call__(self, text: str) -> bytes:
        """Compress one payload."""
        return self._context.compress(text.encode()) + self._context.flush(zlib.Z_SYNC_FLUSH)


class ZstdStream:
    """zstd-stream: every payload ends with a flushed block.

    Zstandard is in Python's own library from 3.14 on, and in the package `zstandard` before; ImportError without both.
    """

    def __init__(self) -> None:
        self._context: Any
        try:
            module = importlib.import_module("compression.zstd")
            self._context, self._end = module.ZstdCompressor(), module.ZstdCompressor.FLUSH_BLOCK
            self._compress = self._with_standard_library
        except ImportError:
            module = importlib.import_module("zstandard")
            self._context, self._end = module.ZstdCompressor().compressobj(), module.COMPRESSOBJ_FLUSH_BLOCK
            self._compress = self._with_package

    def __call__(self, text: str) -> bytes:
        """Compress one payload."""
        return self._compress(text.encode())

    def _with_standard_library(self, data: bytes) -> bytes:
        return self._context.compress(data, mode=self._end)

    def _with_package(self, data: bytes) -> bytes:
        return self._context.compress(data) + self._context.flush(self._end)


def compressor(name: str | None) -> Compressor | None:
    """Make the compressor that a client asks for; None for none, ValueError with a sentence for one we can't make."""
    match name:
        case None:
            return None
        case "zlib-stream":
            return ZlibStream()
        case "zstd-stream":
            try:
                return ZstdStream()
            except ImportError as error:
                raise ValueError(
                    "zstd-stream needs the package zstandard here; ask for zlib-stream instead."
                ) from error
        case _:
            raise ValueError(f"There is no transport compression {name!r}; ask for zlib-stream or zstd-stream.")
