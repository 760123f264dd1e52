"""Every setting of Inferbot: one frozen, typed object, read from the environment and a `.env` file."""

import os
from difflib import get_close_matches
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from platformdirs import user_cache_path, user_data_path
from pydantic import AliasChoices, Field, IPvAnyAddress, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "INFERBOT_"
ENV_FILE = ".env"


class SettingsError(Exception):
    """A setting has a value that it does not accept; the message has one sentence per setting and is safe to print."""


class Settings(BaseSettings):
    """Every setting. `.env.example` documents each; variable names have the prefix `INFERBOT_`.

    A field's description says what it accepts, worded for the error sentence of a wrong value.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    discord_token: Annotated[
        SecretStr | None, Field(validation_alias=AliasChoices("DISCORD_TOKEN", "discord_token"))
    ] = None
    cache_dir: Annotated[Path, Field(description="a folder that can be written to")] = user_cache_path(
        "inferbot", appauthor=False
    )
    data_dir: Annotated[Path, Field(description="a folder that can be written to")] = user_data_path(
        "inferbot", appauthor=False
    )
    own_models: Annotated[Path | None, Field(description="an existing folder with your model cards")] = None
    own_packs: Annotated[Path | None, Field(description="an existing folder with your quiz packs")] = None
    default_model: Annotated[str, Field(description="the id of an image model")] = "efficientnet-lite0"
    fetch_weights: Annotated[bool, Field(description="true or false")] = True
    workers: Annotated[int, Field(ge=1, le=16, description="a whole number from 1 to 16")] = 2
    queue_size: Annotated[int, Field(ge=1, le=1000, description="a whole number from 1 to 1000")] = 32
    deadline: Annotated[float, Field(gt=0, le=300, description="a number of seconds above 0, at most 300")] = 20.0
    remember_minutes: Annotated[float, Field(ge=0, le=60, description="a number of minutes from 0 to 60")] = 15.0
    unload_minutes: Annotated[float, Field(ge=0, le=1440, description="a number of minutes from 0 to 1440")] = 10.0
    share_generated_text: Annotated[bool, Field(description="true or false")] = False
    time_zone: Annotated[str, Field(description="the name of a time zone, such as Europe/Berlin")] = "UTC"
    playground_port: Annotated[
        int, Field(ge=0, le=65535, description="a port from 1 to 65535, or 0 for any free one")
    ] = 8421
    metrics_host: Annotated[
        IPvAnyAddress, Field(description="an IP address, such as 127.0.0.1, or 0.0.0.0 for every network")
    ] = IPv4Address("127.0.0.1")
    metrics_port: Annotated[int | None, Field(ge=1, le=65535, description="a port from 1 to 65535")] = None
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(description="DEBUG, INFO, WARNING or ERROR"),
    ] = "INFO"
    log_file: Annotated[Path | None, Field(description="a file in a folder that can be written to")] = None
    log_format: Annotated[Literal["console", "json"], Field(description="console or json")] = "console"

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("cache_dir", "data_dir", "own_models", "own_packs", "log_file", mode="after")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else None

    @field_validator("own_models", "own_packs")
    @classmethod
    def _is_a_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError from None

    @field_validator("discord_token")
    @classmethod
    def _without_spaces(cls, value: SecretStr | None) -> SecretStr | None:
        """Strip spaces around a pasted token, and treat a blank one as none."""
        text = value.get_secret_value().strip() if value else ""
        return SecretStr(text) if text else None


def variable_name(field: str) -> str:
    """Return the environment variable that sets `field`."""
    return "DISCORD_TOKEN" if field in {"discord_token", "DISCORD_TOKEN"} else PREFIX + field.upper()


def _sentence(field: str) -> str:
    known = Settings.model_fields.get(field)
    return f"{variable_name(field)} must be {known.description if known else 'text'}."


def load_settings() -> Settings:
    """Return the settings of this process.

    Raises `SettingsError` with one sentence per wrong value; it never contains the values themselves.
    """
    try:
        return Settings()
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{ENV_FILE} can't be read: save it as a plain text file in UTF-8.") from error
    except ValidationError as error:
        fields = sorted({str(detail["loc"][0]) for detail in error.errors()})
        raise SettingsError("\n".join(_sentence(field) for field in fields)) from None


def unknown_variables() -> list[str]:
    """Return one sentence per `INFERBOT_` variable, set or in `.env`, that isn't a setting, with the closest match."""
    known = {variable_name(field) for field in Settings.model_fields}
    named = {*os.environ, *dotenv_values(ENV_FILE)}
    strangers = sorted(name for name in named if name.startswith(PREFIX) and name not in known)
    return [_stranger(name, known) for name in strangers]


def _stranger(name: str, known: set[str]) -> str:
    likely = get_close_matches(name, known, n=1)
    return f"{name} is not a setting" + (f"; did you mean {likely[0]}?" if likely else ".")
