"""Downloads over a real socket: what is too large, gone or stalled ends at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from inferbot.features.downloads import AttachmentGone, AttachmentStalled, AttachmentTooLarge, HttpDownloads

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]

LIMIT = 1000


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[TestServer] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_get("/file", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/file"))

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
async def downloads() -> AsyncIterator[HttpDownloads]:
    downloads = HttpDownloads(total=5, silent=0.2)
    yield downloads
    await downloads.close()


async def test_returns_the_bytes(serve: Serve, downloads: HttpDownloads) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * LIMIT)

    assert await downloads.fetch(await serve(handler), declared=LIMIT, limit=LIMIT) == b"x" * LIMIT


async def test_refuses_by_the_declared_size_without_asking(downloads: HttpDownloads) -> None:
    with pytest.raises(AttachmentTooLarge):
        await downloads.fetch("http://127.0.0.1:1/never-asked", declared=LIMIT + 1, limit=LIMIT)


async def test_counts_when_the_declared_size_lied(serve: Serve, downloads: HttpDownloads) -> None:
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x" * 100_000)
            sent += 100_000
        return response

    with pytest.raises(AttachmentTooLarge):
        await downloads.fetch(await serve(handler), declared=10, limit=LIMIT)
    assert sent < 50_000_000


async def test_a_compressed_body_is_counted_as_it_comes(serve: Serve, downloads: HttpDownloads) -> None:
    async def handler(_: web.Request) -> web.Response:
        response = web.Response(body=b"\0" * 100_000)
        response.enable_compression(web.ContentCoding.gzip)
        return response

    data = await downloads.fetch(await serve(handler), declared=10, limit=LIMIT)
    assert len(data) < LIMIT


async def test_gone(serve: Serve, downloads: HttpDownloads) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=404)

    with pytest.raises(AttachmentGone):
        await downloads.fetch(await serve(handler), declared=1, limit=LIMIT)


async def test_follows_no_redirect(serve: Serve, downloads: HttpDownloads) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"})

    with pytest.raises(AttachmentGone):
        await downloads.fetch(await serve(handler), declared=1, limit=LIMIT)


async def test_stalls(serve: Serve, downloads: HttpDownloads) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"x")
        await asyncio.sleep(3)
        return response

    with pytest.raises(AttachmentStalled):
        await downloads.fetch(await serve(handler), declared=10, limit=LIMIT)


async def test_nobody_there(downloads: HttpDownloads) -> None:
    with pytest.raises(AttachmentStalled):
        await downloads.fetch("http://127.0.0.1:1/file", declared=1, limit=LIMIT)
