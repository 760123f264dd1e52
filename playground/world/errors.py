"""Discord's refusals: JSON error codes, and which field of a body is wrong (Reference: Error Messages)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .model import JSONObject


class ApiError(Exception):
    """Discord refuses: answered as `{"code", "message", "errors"?}` with an HTTP status."""

    def __init__(self, status: int, code: int, message: str, errors: JSONObject | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def as_json(self) -> JSONObject:
        """Give the body of the answer."""
        body: JSONObject = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body

    def wrong_fields(self) -> Iterator[tuple[tuple[str, ...], str, str]]:
        """Yield each wrong field of a 50035: its path, Discord's code for the problem, and the message."""
        yield from _leaves(self.errors or {}, ())


def _leaves(node: JSONObject, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, inner in node.items():
        if name == "_errors":
            yield from ((path, problem["code"], problem["message"]) for problem in inner)
        else:
            yield from _leaves(inner, (*path, name))


class UnsupportedError(Exception):
    """The bot uses what Discord has and the playground hasn't: recorded as a failure, so that no test passes by it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the playground does not know {what}")


class PersonError(Exception):
    """Discord's client would not let a person do this; the text is one plain sentence for them."""


class Problems:
    """Collects what is wrong with a body, and raises it all as one 50035."""

    def __init__(self) -> None:
        self._tree: JSONObject = {}

    def add(self, path: Sequence[str | int], code: str, message: str) -> None:
        """Note one problem at a path such as ("components", 0, "label")."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_if_any(self) -> None:
        """Raise ApiError 50035 when anything was noted."""
        if self._tree:
            raise ApiError(400, 50035, "Invalid Form Body", self._tree)


def invalid(path: Sequence[str | int], code: str, message: str) -> ApiError:
    """Build a 50035 for a single field."""
    problems = Problems()
    problems.add(path, code, message)
    try:
        problems.raise_if_any()
    except ApiError as error:
        return error
    raise AssertionError


def missing_access() -> ApiError:
    """Make 50001: the channel or server can't be seen."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Make 50013: it can be seen, but this needs a permission that is not held."""
    return ApiError(403, 50013, "Missing Permissions")


def unknown_channel() -> ApiError:
    """Make 10003."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_message() -> ApiError:
    """Make 10008: also for a message that is not the bot's to see, such as an ephemeral one by its own token."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_interaction() -> ApiError:
    """Make 10062: a wrong id or token, or an answer after the three seconds."""
    return ApiError(404, 10062, "Unknown interaction")


def already_acknowledged() -> ApiError:
    """Make 40060: an interaction is answered once."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")
