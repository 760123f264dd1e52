"""The contents of uploaded files, in memory and within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Attachment

MAX_STORED_BYTES = 128 * 1024 * 1024
"""What all files together may take; a lesson's worth of pictures."""


class Files:
    """Attachments that still have their content, by id; the oldest make room when there are too many bytes."""

    def __init__(self, most_bytes: int = MAX_STORED_BYTES) -> None:
        self._most_bytes = most_bytes
        self._stored: dict[str, Attachment] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._stored)

    def add(self, attachment: Attachment) -> None:
        """Keep a file, and let the oldest ones go for it if need be; their addresses then give 404."""
        self._stored[attachment.id] = attachment
        self._bytes += attachment.size
        while self._bytes > self._most_bytes:
            self.remove(next(iter(self._stored)))

    def get(self, attachment_id: str) -> Attachment | None:
        """Find a file with its content; None when it is gone."""
        return self._stored.get(attachment_id)

    def remove(self, attachment_id: str) -> None:
        """Let a file's content go; nothing happens when it is gone already."""
        attachment = self._stored.pop(attachment_id, None)
        if attachment is not None:
            self._bytes -= attachment.size
            attachment.upload = replace(attachment.upload, data=b"")

    def clear(self) -> None:
        """Let the content of every file go."""
        for attachment_id in tuple(self._stored):
            self.remove(attachment_id)
