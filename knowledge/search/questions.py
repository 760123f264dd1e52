"""Example questions: one file per article, one question per line, and `off-topic.txt` for what no article answers.

The search learns from these. Those in `benchmarks/questions` are held out: only the benchmark reads them.
"""

from pathlib import Path
from typing import NamedTuple

QUESTIONS = Path(__file__).parents[1] / "questions"
OFF_TOPIC = "off-topic"


class Example(NamedTuple):
    """A question, and the slug of the article that answers it; None if none does."""

    question: str
    slug: str | None


def read_questions(folder: Path = QUESTIONS) -> list[Example]:
    """Return the examples in `folder`, in the order of the file names. Reads files: blocks."""
    return [
        Example(line.strip(), None if path.stem == OFF_TOPIC else path.stem)
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text("utf-8").splitlines()
        if line.strip()
    ]
