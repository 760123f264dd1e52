"""The same question gets the same answer in every process, whatever the seed of Python's hashes."""

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]

# Asks the held-out questions, and again with a letter missing from each long word, by words and by a made-up meaning.
ASK = """
import hashlib, re
from pathlib import Path
from support.words import WordEncoder
from inferbot.knowledge.articles import read_shelf
from inferbot.knowledge.search.index import Corpus
from inferbot.knowledge.search.lexicon import Lexicon, words
from inferbot.knowledge.search.names import Names
from inferbot.knowledge.search.questions import read_questions
from inferbot.knowledge.search.ranking import rank, rank_by_words

articles = list(read_shelf().articles.values())
held_out = [one.question for one in read_questions(Path("../benchmarks/questions"))]
questions = held_out + [re.sub(r"(\\w\\w)\\w(\\w\\w)", r"\\1\\2", one) for one in held_out]
lexicon, names, encoder = Lexicon(articles), Names(articles), WordEncoder()
corpus = Corpus(articles, [])
index = corpus.open(corpus.build(encoder.embed, lambda _done, _total: None))
for question in questions:
    read, named = lexicon.correct(words(question)), names.owner(question)
    scores = lexicon.scores(read)
    print(" ".join(read), rank_by_words(scores, lexicon.coverage(read), named), names.in_text(question))
    if read:
        print(rank(index.compare(encoder.explain(" ".join(read)).vector), scores, named))
"""


def test_the_same_question_gets_the_same_answer_under_every_hash_seed() -> None:
    said = [_ask(seed) for seed in ("0", "1", "4242")]
    assert len(said[0]) >= 1000
    assert [answers for answers in zip(*said, strict=True) if len(set(answers)) > 1] == []


def _ask(seed: str) -> list[str]:
    command = [sys.executable, "-c", ASK]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    child = subprocess.run(command, cwd=TESTS, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    return child.stdout.splitlines()
