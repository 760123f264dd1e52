"""Every reference counts; which test sentences are new in Spanish too is told."""

from inferbot.training.translate.data import Group
from inferbot.training.translate.scores import score, unseen

GROUPS = [
    Group("How are you today, my friend?", ("¿Cómo estás hoy, amigo?", "¿Qué tal estás hoy, amigo mío?")),
    Group("I have never seen the sea.", ("Nunca he visto el mar.",)),
]


def test_any_of_the_references_is_right() -> None:
    result = score(["¿Qué tal estás hoy, amigo mío?", "Nunca he visto el mar."], GROUPS)
    assert (result.bleu, result.chrf, result.exact) == (100, 100, 1)


def test_a_wrong_translation_costs() -> None:
    result = score(["¿Cómo estás hoy, amigo?", "No tengo ninguna idea."], GROUPS)
    assert result.exact == 0.5
    assert result.chrf < 80


def test_a_translation_that_training_held_for_another_sentence_is_not_new() -> None:
    assert unseen(GROUPS, [("I never saw the sea.", "Nunca he visto el mar.")]) == [0]
