"""The check of bodies against Discord's own description really refuses."""

from typing import Any

import pytest
from support.openapi import OpenApiCheck
from wire.stage import OPENAPI

pytestmark = pytest.mark.skipif(not OPENAPI.exists(), reason="Discord's description is not beside the checkout")


def ping(**more: Any) -> dict[str, Any]:
    return {"name": "ping", "description": "Answers", "type": 1, **more}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/channels/1/messages", {"content": "hello", "tts": False}),
        ("PATCH", "/channels/1/messages/2", {"attachments": [{"id": 5, "filename": "a.png", "size": 3}]}),
        ("PUT", "/applications/1/commands", [ping(nsfw=False)]),
        ("POST", "/users/@me/channels", {"recipient_id": 5}),
        ("POST", "/interactions/1/t/callback", {"type": 5, "data": {"flags": 64}}),
        ("POST", "/channels/1/typing", {}),
    ],
)
def test_a_valid_body_passes_discords_description(check: OpenApiCheck, method: str, path: str, body: Any) -> None:
    assert check(method, path, body) is None


@pytest.mark.parametrize(
    ("method", "path", "body", "wrong"),
    [
        ("POST", "/channels/1/messages", {"contents": "misspelt"}, "'contents' was unexpected"),
        ("POST", "/channels/1/messages", {"content": 5}, "content: 5 is not"),
        ("PUT", "/applications/1/commands", [ping(name="x" * 33)], "0/name"),
        ("POST", "/interactions/1/t/callback", {"type": 99}, "the body"),
        ("POST", "/channels/1/teapots", {}, "no POST /channels/1/teapots"),
    ],
)
def test_an_invalid_body_is_reported(check: OpenApiCheck, method: str, path: str, body: Any, wrong: str) -> None:
    assert wrong in str(check(method, path, body))
