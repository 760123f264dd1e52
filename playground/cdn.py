"""The CDN: attachments under signed addresses that expire, served so that no upload can run in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

if TYPE_CHECKING:
    from .state import World

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "audio/mpeg", "video/mp4"})
"""The types that a browser may show; everything else is a download."""


def add_routes(app: web.Application, world: World) -> None:
    """Serve /attachments and /ephemeral-attachments."""

    async def attachment(request: web.Request) -> web.Response:
        stored = world.messages.files.get(request.match_info["attachment"])
        path = "" if stored is None else world.addresses.path(stored)
        signature = [request.query.get(name, "") for name in ("ex", "is", "hm")]
        # Reference: Signed Attachment URLs: past its time, or without its signature, an address gives 404.
        if stored is None or request.rel_url.raw_path != path or not world.addresses.is_good(path, *signature):
            return web.Response(status=404, text="This content is no longer available.")
        kind = stored.upload.content_type.split(";")[0].strip().lower()
        way = "inline" if kind in _SHOWN else "attachment"
        headers = {
            "Content-Type": kind if kind in _SHOWN else "application/octet-stream",
            "Content-Disposition": f"{way}; filename*=UTF-8''{quote(stored.upload.filename)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        }
        return web.Response(body=stored.upload.data, headers=headers)

    app.router.add_get("/attachments/{channel}/{attachment}/{name}", attachment)
    app.router.add_get("/ephemeral-attachments/{application}/{attachment}/{name}", attachment)
