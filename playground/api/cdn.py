"""The CDN: attachments under signed addresses that expire, event covers; none of them can run in the page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from .faults import DOWNLOAD

if TYPE_CHECKING:
    from ..world.model import Attachment, Upload
    from ..world.world import World
    from .faults import Fault, Faults

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "audio/mpeg", "video/mp4"})
"""The types that a browser may show; everything else is a download."""


def add_routes(app: web.Application, world: World, faults: Faults) -> None:
    """Serve /attachments, /ephemeral-attachments and /guild-events."""

    async def serve(request: web.Request) -> web.StreamResponse:
        attachment = world.messages.files.get(request.match_info["attachment"])
        if attachment is None or not _is_good(world, attachment, request):
            return _gone()
        fault = faults.take(DOWNLOAD, request.path)
        if fault is not None:
            return await _go_wrong(fault, attachment.upload, request)
        return _served(attachment.upload)

    async def cover(request: web.Request) -> web.Response:
        event = world.scheduled.find(request.match_info["event"])
        image = event and event.image
        return _served(image) if image and _stem(request) == image.filename else _gone()

    app.router.add_get("/attachments/{channel}/{attachment}/{name}", serve)
    app.router.add_get("/ephemeral-attachments/{application}/{attachment}/{name}", serve)
    # Images are served as they were uploaded, whatever format and size is asked for (CDN Endpoints, Image Formatting).
    app.router.add_get("/guild-events/{event}/{name}", cover)


def _stem(request: web.Request) -> str:
    return request.match_info["name"].partition(".")[0]


def _gone() -> web.Response:
    return web.Response(status=404, text="This content is no longer available.")


async def _go_wrong(fault: Fault, upload: Upload, request: web.Request) -> web.StreamResponse:
    """Refuse a file, or send its first half, and the rest late or never, as a fault says."""
    if fault.status is not None:
        return web.Response(status=fault.status)
    served, half = _served(upload), len(upload.data) // 2
    response = web.StreamResponse(headers={**served.headers, "Content-Length": str(len(upload.data))})
    await response.prepare(request)
    await response.write(upload.data[:half])
    await asyncio.sleep(fault.delay)
    if fault.cut and request.transport is not None:
        request.transport.close()
    else:
        await response.write(upload.data[half:])
    return response


def _served(upload: Upload) -> web.Response:
    kind = upload.content_type.split(";")[0].strip().lower()
    way = "inline" if kind in _SHOWN else "attachment"
    headers = {
        "Content-Type": kind if kind in _SHOWN else "application/octet-stream",
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(upload.filename)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }
    return web.Response(body=upload.data, headers=headers)


def _is_good(world: World, attachment: Attachment, request: web.Request) -> bool:
    """Check an address: past its time or without its signature it gives 404 (Signed Attachment URLs)."""
    path = world.addresses.path(attachment)
    signature = [request.query.get(name, "") for name in ("ex", "is", "hm")]
    return request.rel_url.raw_path == path and world.addresses.is_good(path, *signature)
