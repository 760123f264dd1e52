"""The web page's addresses: the page itself, its static files, uploads and the socket, all behind the page's secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from ..world.errors import PersonError
from ..world.messages import MAX_FILE_BYTES
from ..world.model import Upload
from .socket import PageSocket

if TYPE_CHECKING:
    from .context import PageContext

FILES = Path(__file__).parent / "static"
_STATIC_SUFFIXES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_CHUNK_BYTES = 1 << 16
_MEDIA_TYPE = re.compile(r"[a-z]{1,32}/[a-zA-Z0-9.+-]{1,64}")


def add_routes(app: web.Application, secret: str, context: PageContext) -> None:
    """Serve the page under /<secret>/; without the secret nothing of it can be reached."""
    pages = _Pages(context)
    base = f"/{secret}"
    app.router.add_get(f"{base}/", pages.index)
    app.router.add_get(f"{base}/static/{{name}}", pages.static)
    app.router.add_post(f"{base}/upload", pages.upload)
    app.router.add_get(f"{base}/socket", pages.socket)
    app.on_shutdown.append(pages.close)


class _Pages:
    def __init__(self, context: PageContext) -> None:
        self._context = context
        self._sockets: set[PageSocket] = set()

    async def index(self, request: web.Request) -> web.StreamResponse:
        return _with_guards(request, web.FileResponse(FILES / "index.html"))

    async def static(self, request: web.Request) -> web.StreamResponse:
        path = FILES / Path(request.match_info["name"]).name
        kind = _STATIC_SUFFIXES.get(path.suffix)
        if kind is None or not path.is_file():
            raise web.HTTPNotFound(text="The page has no such file.")
        return _with_guards(request, web.FileResponse(path, headers={"Content-Type": f"{kind}; charset=utf-8"}))

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take one file, as the multipart field `file`, and answer `{"upload": id}` or `{"error": sentence}`."""
        _refuse_other_origins(request)
        try:
            upload = await _read_upload(request)
            upload_id = self._context.uploads.keep(self._person(request), upload)
        except PersonError as error:
            return web.json_response({"error": str(error)}, status=413)
        return web.json_response({"upload": upload_id})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        _refuse_other_origins(request)
        socket = PageSocket(self._context, self._person(request))
        self._sockets.add(socket)
        try:
            return await socket.serve(request)
        finally:
            self._sockets.discard(socket)

    async def close(self, _: web.Application) -> None:
        for socket in tuple(self._sockets):
            await socket.close()

    def _person(self, request: web.Request) -> str:
        """Return who is looking: the person in `?as=`, even if they aren't here, else the server's owner."""
        return request.query.get("as") or self._context.world.owner.id


def _refuse_other_origins(request: web.Request) -> None:
    """Let only the page itself upload or connect; browsers name the origin of both."""
    if request.headers.get("Origin") not in (None, f"http://{request.host}"):
        raise web.HTTPForbidden(text="Only the playground's own page may do this.")


def _with_guards(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """Let the page load from here only and keep its address, which holds the secret, to itself."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        # Safari before 15.4 does not count ws: as 'self'.
        "connect-src": f"'self' ws://{request.host}",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response


async def _read_upload(request: web.Request) -> Upload:
    too_large = PersonError(f"That file is larger than {MAX_FILE_BYTES >> 20} MB. Send a smaller one.")
    nothing = PersonError("No file arrived. Choose it again.")
    if not request.content_type.startswith("multipart/"):
        raise nothing
    part = await (await request.multipart()).next()
    if not isinstance(part, BodyPartReader) or part.name != "file":
        raise nothing
    data = bytearray()
    while chunk := await part.read_chunk(_CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_FILE_BYTES:
            raise too_large
    filename = (part.filename or "file").replace("\\", "/").rpartition("/")[2][:200] or "file"
    kind = part.headers.get("Content-Type", "")
    return Upload(filename, kind if _MEDIA_TYPE.fullmatch(kind) else "application/octet-stream", bytes(data))
