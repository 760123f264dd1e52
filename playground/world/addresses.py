"""Addresses of attachments as Discord's CDN makes them: signed, good for a while (Signed Attachment URLs)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from .model import Attachment
    from .snowflakes import Clock

LIFETIME_SECONDS = 24 * 60 * 60


def safe_filename(name: str) -> str:
    """Make the name Discord gives an upload: spaces become underscores; only letters, digits, dots, dashes stay."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1].replace(" ", "_")
    return re.sub(r"[^A-Za-z0-9._-]", "", base)[-200:].lstrip(".") or "file"


class Addresses:
    """Makes and checks the addresses; `base` is where the server listens."""

    def __init__(self, clock: Clock, application_id: str) -> None:
        self.base = "http://127.0.0.1"
        self._clock = clock
        self._application_id = application_id
        self._key = secrets.token_bytes(32)

    def path(self, attachment: Attachment) -> str:
        """Give the path below the base, without the signature."""
        name = quote(attachment.upload.filename)
        if attachment.ephemeral:
            return f"/ephemeral-attachments/{self._application_id}/{attachment.id}/{name}"
        return f"/attachments/{attachment.channel_id}/{attachment.id}/{name}"

    def __call__(self, attachment: Attachment) -> str:
        """Make an address that is good for a day: `ex`pires, `is`sued (hexadecimal seconds), `hm`ac."""
        path = self.path(attachment)
        # Rounded down so that the same message shows the same address for a while, as Discord's do.
        issued = int(self._clock()) // 3600 * 3600
        expires, issued_hex = f"{issued + LIFETIME_SECONDS:x}", f"{issued:x}"
        return f"{self.base}{path}?ex={expires}&is={issued_hex}&hm={self._sign(path, expires, issued_hex)}&"

    def is_good(self, path: str, expires: str, issued: str, signature: str) -> bool:
        """Tell whether an address was made here and has not expired."""
        if not hmac.compare_digest(self._sign(path, expires, issued).encode(), signature.encode()):
            return False
        return self._clock() < int(expires, 16)

    def _sign(self, path: str, expires: str, issued: str) -> str:
        return hmac.new(self._key, f"{path}\n{expires}\n{issued}".encode(), hashlib.sha256).hexdigest()
