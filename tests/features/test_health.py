"""Health and metrics: what machines read, and that none of it is about a person or a server."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from inferbot.features import health
from inferbot.features.app import Services, open_services
from inferbot.features.health import serving
from inferbot.settings import Settings
from prometheus_client.parser import text_string_to_metric_families

LABELS = {"stage", "cause", "le", "version"}


class FakeGateway:
    """A connection to Discord, up or not."""

    latency = 0.045

    def __init__(self) -> None:
        self.ready = True

    def is_ready(self) -> bool:
        return self.ready


@pytest.fixture
async def services(tmp_path: Path) -> AsyncGenerator[Services]:
    opened = await open_services(Settings(cache_dir=tmp_path, fetch_weights=False))
    yield opened
    await opened.close()


async def get(services: Services, path: str) -> tuple[int, str]:
    async with (
        serving(services.health, "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def figures(services: Services) -> dict[str, float]:
    """Return every figure of `/metrics` that has no label."""
    _, text = await get(services, "/metrics")
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    assert {label for sample in found for label in sample.labels} <= LABELS
    return {sample.name: sample.value for sample in found if not sample.labels}


async def test_it_is_alive_before_it_is_ready(services: Services) -> None:
    assert await get(services, "/healthz") == (200, '{"alive": true}')
    status, said = await get(services, "/readyz")
    assert status == 503
    assert '"ready": false' in said
    assert '"efficientnet-lite0"' in said, "it says which models are missing"


async def test_it_is_ready_while_discord_is_there(services: Services) -> None:
    services.health.gateway = gateway = FakeGateway()
    assert (await get(services, "/readyz"))[0] == 200
    gateway.ready = False
    assert (await get(services, "/readyz"))[0] == 503


async def test_the_metrics_tell_how_the_bot_is_doing(services: Services) -> None:
    services.health.gateway = FakeGateway()
    await services.engine.run(sum, [1, 2])
    await services.complete._engine.run(sum, [1, 2])  # pyright: ignore[reportPrivateUsage] - only its own task uses it
    found = await figures(services)
    assert found["inferbot_gateway_ready"] == 1
    assert found["inferbot_gateway_latency_seconds"] == 0.045
    assert found["inferbot_games"] == found["inferbot_queue_depth"] == found["inferbot_text_queue_depth"] == 0
    assert found["inferbot_job_seconds_count"] == found["inferbot_text_job_seconds_count"] == 1
    assert found["inferbot_models_missing"] == len(services.registry.missing()) > 0


async def test_refusals_are_counted_by_their_cause(services: Services) -> None:
    health.count_refusal("NoPicture")
    health.count_refusal()
    _, text = await get(services, "/metrics")
    counted = dict(re.findall(r'inferbot_refused_total\{cause="(\w+)"\} ([\d.]+)', text))
    assert float(counted["NoPicture"]) >= 1
    assert float(counted[health.UNEXPECTED]) >= 1


async def test_the_lag_of_the_loop_is_measured(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LAG_EVERY", 0.0)
    measuring = asyncio.create_task(services.health.measure_lag())
    for _ in range(3):
        await asyncio.sleep(0)
    measuring.cancel()
    assert (await figures(services))["inferbot_loop_lag_seconds_count"] >= 1


async def test_nothing_else_is_served_and_nothing_can_be_written(services: Services) -> None:
    async with serving(services.health, "127.0.0.1", 0) as port, aiohttp.ClientSession() as http:
        base = f"http://127.0.0.1:{port}"
        for path in ("/", "/metrics/../healthz/x", "/static/%2e%2e/%2e%2e/etc/passwd"):
            async with http.get(base + path) as response:
                assert response.status == 404
        async with http.post(f"{base}/metrics", data=b"x") as response:
            assert response.status == 405


async def test_two_bots_of_one_process_count_apart(services: Services, tmp_path: Path) -> None:
    """A plugin may be opened twice: the count of refusals is shared, all else is each one's own."""
    other: Any = await open_services(Settings(cache_dir=tmp_path, data_dir=tmp_path / "other", fetch_weights=False))
    await other.engine.run(sum, [1, 2])
    assert (await figures(other))["inferbot_job_seconds_count"] == 1
    assert (await figures(services))["inferbot_job_seconds_count"] == 0
    await other.close()
