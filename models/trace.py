"""What happened on the way to an answer: named stages with times, data types and shapes."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Tensor:
    """The data type and shape of an array, as a string for example ``1×3×224×224 float32``."""

    dtype: str
    shape: tuple[int, ...]

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> "Tensor":
        """Describe ``array``."""
        return cls(array.dtype.name, array.shape)

    def __str__(self) -> str:
        return f"{'×'.join(map(str, self.shape)) or 'scalar'} {self.dtype}"


@dataclass(frozen=True, slots=True)
class Stage:
    """One finished step; ``input`` and ``output`` tell people what went in and what came out."""

    name: str
    milliseconds: float
    input: str
    output: str


@dataclass(slots=True)
class OpenStage:
    """A step that is still running; the code inside it fills in ``input`` and ``output``."""

    name: str
    input: str = ""
    output: str = ""


@dataclass(slots=True)
class Trace:
    """The stages of one answer, in the order in which they finished."""

    stages: list[Stage] = field(default_factory=list[Stage])

    @property
    def total_ms(self) -> float:
        """The sum of the stages' times, in milliseconds."""
        return sum(stage.milliseconds for stage in self.stages)

    @contextmanager
    def stage(self, name: str, takes: object = "") -> Generator[OpenStage]:
        """Time the body as the stage ``name``, whose input is ``takes``; a body that raises adds no stage."""
        opened = OpenStage(name, str(takes))
        start = time.perf_counter()
        yield opened
        elapsed = (time.perf_counter() - start) * 1000
        self.stages.append(Stage(name, elapsed, opened.input, opened.output))

    def add(self, stage: Stage, *, first: bool = False) -> None:
        """Add a stage that was timed elsewhere, such as a download; ``first`` puts it before all others."""
        self.stages.insert(0 if first else len(self.stages), stage)
