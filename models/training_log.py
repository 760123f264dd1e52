"""What training a model of our own took: read from the small file beside its weights."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from .cards import TRAINED, TranslationCard

FOLDER = TRAINED


class Training(BaseModel):
    """How long a training run took, on how many sentence pairs, on what machine."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    hours: float
    pairs: int
    machine: str
    parameters: int


@cache
def read_training(folder: Path) -> Training | None:
    """Return what `training.json` in ``folder`` says, None where it can't be read."""
    try:
        return Training.model_validate_json((folder / "training.json").read_bytes())
    except (OSError, ValidationError):
        return None


def training_of(card: TranslationCard) -> Training | None:
    """Return what training the model took; None for models that others trained."""
    return read_training(FOLDER / card.id) if card.recipe == "trained" else None
