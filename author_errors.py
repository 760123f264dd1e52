"""Errors in the files that people write (articles, packs, films, prices, model cards), as sentences for the author."""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

WEB_ADDRESS = r"^https?://\S+$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LANGUAGE_CODE = r"^[a-z]{2}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]+$"
FILE_NAME = r"^[^/\\]+$"
PLAIN_WORDS = r"^[A-Za-z][A-Za-z' -]+$"

_PATTERNS = {
    WEB_ADDRESS: "an address that begins with https://",
    SLUG: "lower-case words with hyphens",
    PLAIN_WORDS: "letters, spaces, hyphens and apostrophes",
    LANGUAGE_CODE: "two lower-case letters, such as en",
    ONE_LINE: "one line of text",
    FILE_NAME: "a file's name, without a folder",
}
_DATE = "must be a date such as 2026-11-23"
_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
# pydantic's types of error, with the fields of their context.
_PROBLEMS = {
    "missing": "is missing",
    "extra_forbidden": "isn't a field here: remove it",
    "literal_error": "must be {expected}",
    "string_too_long": "is too long: at most {max_length} characters are allowed",
    "string_too_short": "is too short: at least {min_length} characters are needed",
    "too_long": "has {actual_length} entries: at most {max_length} are allowed",
    "too_short": "has {actual_length} entries: at least {min_length} are needed",
    "string_type": "must be a text in quotes",
    "tuple_type": "must be a list: [one, two]",
    "bool_type": "must be true or false, without quotes",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "url_type": f"must be {_PATTERNS[WEB_ADDRESS]}",
    "url_parsing": f"must be {_PATTERNS[WEB_ADDRESS]}",
    "url_scheme": f"must be {_PATTERNS[WEB_ADDRESS]}",
    "value_error": "{error}",
}


class Form(BaseModel):
    """What a file may hold: these fields and no others, and no code of ours changes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AuthorError(Exception):
    """A file can't be used; `problems` say why, one sentence each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))

    def of(self, file: object) -> list[str]:
        """Return each problem with the name of its file."""
        return [f"{file}: {problem}" for problem in self.problems]


def sentences(error: ValidationError) -> list[str]:
    """Return one sentence for each thing that pydantic found."""
    return [f"{field(one['loc'])} {problem(one)}." for one in error.errors(include_url=False)]


def field(path: Iterable[int | str]) -> str:
    """Return a field as its author counts: `tags.1` is the first tag; "it" if `path` is empty."""
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in path)
    return f"`{name}`" if name else "it"


def problem(detail: ErrorDetails, **more: str) -> str:
    """Return what is wrong, without its field; `more` are the types of error that only one kind of file has."""
    context = detail.get("ctx", {})
    if detail["input"] == "":
        return "is empty"
    if detail["type"] == "string_pattern_mismatch":
        return f"must be {_PATTERNS[context['pattern']]}" if context["pattern"] in _PATTERNS else "has the wrong form"
    return {**_PROBLEMS, **more}.get(detail["type"], "has the wrong form").format_map(context)
