"""Checks the bot's request bodies against Discord's own OpenAPI description; for tests, which have jsonschema."""

# jsonschema and referencing are typed only in part.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from inferbot.playground.world.model import JSON, JSONObject

_DOCUMENT = "urn:discord"
# Fields that are right although the description lacks them: `nsfw` is in the reference; the others discord.py 2.7.1
# always sends along (an attachment that is kept comes back whole), and Discord ignores them.
_ATTACHMENT = ("content_type", "ephemeral", "flags", "height", "proxy_url", "size", "spoiler", "url", "width")
_ALSO_SENT: dict[str, tuple[str, ...]] = {
    "ApplicationCommandUpdateRequest": ("nsfw",),
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": ("tts",),
    "IncomingWebhookUpdateRequestPartial": ("tts",),
    "MessageEditRequestPartial": ("tts",),
    "MessageAttachmentRequest": _ATTACHMENT,
}


class OpenApiCheck:
    """Says what is wrong with a body, as `Playground(check=…)` wants it; `path` is Discord's openapi.json (3.1)."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        _refuse_unknown_fields(document)
        for schema in _objects(document):
            _accept_whole_number_snowflakes(schema)
        self._paths: JSONObject = document["paths"]
        resource = Resource[Any](contents=document, specification=DRAFT202012)
        self._registry = cast("Registry[Any]", Registry()).with_resource(_DOCUMENT, resource)
        # Fixed words before parameters, so that /users/@me is not taken for /users/{user_id}.
        templates = sorted(self._paths, key=lambda template: template.count("{"))
        self._templates = [(re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(t))), t) for t in templates]

    def __call__(self, method: str, path: str, body: JSON) -> str | None:
        """Check one body; None when it is as Discord describes it."""
        template = self._template(method.lower(), path)
        if template is None:
            return f"Discord's description has no {method} {path}"
        validator = self._validator(method.lower(), template)
        if validator is None:
            return None
        error = cast("Any", best_match(validator.iter_errors(body)))
        if error is None:
            return None
        where = "/".join(str(step) for step in error.absolute_path) or "the body"
        return f"{template}: {where}: {error.message[:300]}"

    def _template(self, method: str, path: str) -> str | None:
        for pattern, template in self._templates:
            if method in self._paths[template] and pattern.fullmatch(path):
                return template
        return None

    @functools.cache  # noqa: B019 - one check lives as long as the test run
    def _validator(self, method: str, template: str) -> Draft202012Validator | None:
        if "requestBody" not in self._paths[template][method]:
            return None
        steps = ["paths", template, method, "requestBody", "content", "application/json", "schema"]
        pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
        pointer = pointer.replace("{", "%7B").replace("}", "%7D")
        return Draft202012Validator({"$ref": f"{_DOCUMENT}#/{pointer}"}, registry=self._registry)


def _objects(node: object) -> Iterator[JSONObject]:
    """Yield every JSON object in a document."""
    if isinstance(node, dict):
        found = cast("JSONObject", node)
        yield found
        for value in found.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for value in cast("list[object]", node):
            yield from _objects(value)


def _refuse_unknown_fields(document: JSONObject) -> None:
    """Make a misspelt field of a request an error: the description leaves objects open, Discord ignores such fields."""
    # A multipart body is its JSON body with files beside it: checked as JSON, and open only for the files' sake.
    for part in _objects(document["paths"]):
        part.pop("multipart/form-data", None)
    shared = {
        ref["$ref"].rsplit("/", 1)[1] for part in _objects(document) for ref in part.get("allOf") or () if "$ref" in ref
    }
    for name, schema in document["components"]["schemas"].items():
        if "Request" in name and name not in shared and "properties" in schema:
            schema["properties"] |= {field: {} for field in _ALSO_SENT.get(name, ())}
            schema.setdefault("additionalProperties", False)


def _accept_whole_number_snowflakes(schema: JSONObject) -> None:
    """Let ids be numbers too: discord.py sends some that way, and Discord takes both (Reference: Snowflakes)."""
    if schema.get("format") == "snowflake":
        kinds = cast("list[str]", schema["type"] if isinstance(schema["type"], list) else [schema["type"]])
        schema["type"] = [*kinds, "integer"]
