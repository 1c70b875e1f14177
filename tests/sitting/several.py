"""An assessment of three small cases, with breaks between them, for a `World`."""

from typing import Any

from pocus_desktop.case.models import Assessment
from tests.sitting.world import World


def a_case(name: str, *, minutes: int = 10, step_limit: str | None = None) -> dict[str, Any]:
    """A case of two steps with a question each."""
    first: dict[str, Any] = {"id": f"{name}-look", "title": f"Look at {name}", "ask": [f"{name}-side"]}
    if step_limit is not None:
        first["time_limit"] = step_limit
    return {
        "id": name,
        "title": {"en": f"The {name}", "es": f"El {name}"},
        "area": "lung",
        "time_limit": f"{minutes}m",
        "phases": [
            {
                "id": f"{name}-all",
                "title": "All of it",
                "steps": [first, {"id": f"{name}-plan", "title": "Plan", "ask": [f"{name}-next"]}],
            }
        ],
        "items": [
            {
                "id": f"{name}-{what}",
                "type": "choice",
                "prompt": "Which?",
                "choices": [{"id": "one", "text": "One"}, {"id": "two", "text": "Two"}],
            }
            for what in ("side", "next")
        ],
    }


def an_assessment(*cases: dict[str, Any], **changes: Any) -> Assessment:
    """Several cases under one roof."""
    given: dict[str, Any] = {
        "id": "dvt-small",
        "title": {"en": "Several cases", "es": "Varios casos"},
        "area": "lung",
        "languages": ["en", "es"],
        "cases": list(cases) or [a_case("heart"), a_case("lung"), a_case("vein")],
    }
    return Assessment.model_validate({**given, **changes})


def a_world(world: World, assessment: Assessment) -> World:
    """The world with this assessment in its bundle."""
    world.assessment = assessment
    return world
