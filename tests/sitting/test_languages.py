"""Which language a candidate reads, and that they are told before the clock where it is not theirs."""

from typing import Any

from pocus_desktop.admission.admission import Accommodations
from pocus_desktop.sitting.present_start import ready
from tests.sitting.several import a_case, a_world, an_assessment
from tests.sitting.world import World


def rules(world: World, **changes: Any) -> tuple[str, ...]:
    """What the last screen before the clock tells."""
    sitting = world.begin(**changes)
    return ready(sitting.course, sitting.state).rules


def test_an_assessment_in_the_candidates_language_says_nothing_of_it(world: World) -> None:
    for number, language in enumerate((None, "en", "es", "es-MX")):
        told = rules(world, name=f"s{number}", accommodations=Accommodations(language=language))
        assert not [rule for rule in told if "not written" in rule or "no está escrito" in rule]


def test_an_assessment_in_another_language_says_which_before_the_clock(world: World) -> None:
    a_world(world, an_assessment(a_case("lung"), languages=["en"]))
    told = rules(world, accommodations=Accommodations(language="es"))
    assert told[0] == "Este examen no está escrito en Español: leerá sus casos y preguntas en English."


def test_where_there_is_no_english_the_first_language_is_read(world: World) -> None:
    a_world(world, an_assessment(a_case("lung"), languages=["es"]))
    told = rules(world, accommodations=Accommodations(language="en"))
    assert told[0] == "This assessment is not written in English: you will read its cases and questions in Español."


def test_breaks_are_told_before_the_clock(world: World) -> None:
    a_world(world, an_assessment(breaks=[{"after": 1, "length": "5m"}, {"after": 2, "length": "5m"}]))
    assert rules(world)[-1] == "There are 2 breaks between cases. Your time stands still in them."
    a_world(world, an_assessment(breaks=[{"after": 1, "length": "5m"}]))
    assert rules(world, name="other")[-1] == "There is one break between cases. Your time stands still in it."
