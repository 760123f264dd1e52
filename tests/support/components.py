"""Reading a message's JSON as it lies on the wire."""

from collections.abc import Iterator

from inferbot.playground.world.model import JSONObject

TEXT, BUTTON, GALLERY = 10, 2, 12


def walk(message: JSONObject) -> Iterator[JSONObject]:
    """Yield every component of a message, nested ones too."""

    def inside(components: list[JSONObject]) -> Iterator[JSONObject]:
        for component in components:
            yield component
            yield from inside(component.get("components", []))

    yield from inside(message["components"])


def texts(message: JSONObject) -> str:
    """Return all texts of a message, in order."""
    return "\n".join(part["content"] for part in walk(message) if part["type"] == TEXT)


def button_id(message: JSONObject, label: str) -> str:
    """Return the custom id of the button of that label."""
    return next(part["custom_id"] for part in walk(message) if part["type"] == BUTTON and part["label"] == label)


def gallery(message: JSONObject) -> list[JSONObject]:
    """Return the items of all galleries of a message."""
    return [item for part in walk(message) if part["type"] == GALLERY for item in part["items"]]
