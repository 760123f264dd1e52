"""Images that come inside a request's body (Reference: Image Data)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from typing import TYPE_CHECKING

from PIL import Image

from .errors import invalid
from .model import Upload

if TYPE_CHECKING:
    from .limits import Path
    from .model import JSON

_DATA_URI = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/=\s]*)")


def read_image(data_uri: JSON, path: Path, *, most_bytes: int) -> Upload:
    """Read an image, named by its content as the CDN names it; ApiError 50035 for anything else or a larger one."""
    match = _DATA_URI.fullmatch(data_uri) if isinstance(data_uri, str) else None
    try:
        data = base64.b64decode(match[2], validate=True) if match else b""
    except binascii.Error:
        data = b""
    if match is None or picture_size(data) == (None, None):
        raise invalid(path, "IMAGE_INVALID", "Invalid image data")
    if len(data) > most_bytes:
        raise invalid(path, "BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {most_bytes / 1024} kb.")
    return Upload(hashlib.md5(data, usedforsecurity=False).hexdigest(), match[1], data)


def picture_size(data: bytes) -> tuple[int | None, int | None]:
    """Read the size from a picture's header; (None, None) if it isn't a picture."""
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "GIF", "WEBP")) as picture:
            return picture.width, picture.height
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged files
        return None, None
