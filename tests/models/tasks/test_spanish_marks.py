"""The marks that open Spanish questions and exclamations, and the accents of the words that ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inferbot.models.tasks.spanish_marks import with_opening_marks


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Donde ella estaba en aquel momento?", "¿Dónde ella estaba en aquel momento?"),
        ("Lo que debo hacer?", "¿Qué debo hacer?"),
        ("Tom, ¿lo que quiere?", "Tom, ¿qué quiere?"),
        ("Eso pasa mucho, no es?", "Eso pasa mucho, ¿no es?"),
        ("Hola, como está?", "Hola, ¿cómo está?"),
        ("Gracias por la ayuda!", "¡Gracias por la ayuda!"),
        ("Estoy aquí. Donde estás? Ven!", "Estoy aquí. ¿Dónde estás? ¡Ven!"),
        ('"Que es eso?"', '"¿Qué es eso?"'),
        ("¿A que hora empieza?", "¿A qué hora empieza?"),
        ("Por que no?", "¿Por qué no?"),
        ("¿Dónde está?", "¿Dónde está?"),
        ("Bien, como siempre.", "Bien, como siempre."),
        ("El 3.5 es más?", "¿El 3.5 es más?"),
        ("¿Necesitas reiniciar el bot.", "Necesitas reiniciar el bot."),
    ],
)
def test_what_a_question_lacks_is_added(text: str, marked: str) -> None:
    assert "".join(with_opening_marks([text])) == marked


@given(st.lists(st.text(alphabet=" aáeqQu¿?¡!.,lo\"'", max_size=8)))
def test_parts_stay_apart_and_nothing_else_changes(parts: list[str]) -> None:
    marked = with_opening_marks(parts)
    assert len(marked) == len(parts)
    assert "".join(marked).count("?") == "".join(parts).count("?")
