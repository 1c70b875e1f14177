"""Providers, found as people write them."""

from datetime import date

import pytest

from pocus_desktop.programme.cme.providers import find_providers, provider_called
from pocus_desktop.programme.rules.load import shipped_rules

_ON = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("gulf", "gulfcoast"),
        ("GÚLFCOAST", "gulfcoast"),
        ("gulfcaost", "gulfcoast"),  # letters changed places
        ("glfcoast", "gulfcoast"),
        ("golfcost ultrasund", "gulfcoast"),
        ("aium", "aium"),
        ("american institute", "aium"),
        ("sonographer", "sdms"),
        ("sonographi", "sdms"),
        ("simens", "siemens"),
        ("pegasos", "pegasus"),
        ("sono world", "sonoworld"),
        ("vascular society", "svu"),
        ("arrt", "medical-professionals"),
        ("xyzzy", None),
        ("sdn", None),  # a slip in three letters is another word
    ],
)
def test_the_likeliest_comes_first(asked: str, first: str | None) -> None:
    found = find_providers(shipped_rules(), asked, _ON, "en")
    assert (found[0].provider if found else None) == first


def test_what_they_offer_is_found_in_the_readers_language() -> None:
    found = {row.provider for row in find_providers(shipped_rules(), "presencial", _ON, "es")}
    assert found == {"gulfcoast", "pegasus"}
    assert not find_providers(shipped_rules(), "presencial", _ON, "en")


def test_nothing_asked_is_all_of_them_by_name() -> None:
    found = find_providers(shipped_rules(), "  ", _ON, "en")
    assert found == shipped_rules().providers(_ON)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("gulfcoast ultrasound  INSTITUTE", "gulfcoast"),
        ("Aium", "aium"),
        ("American Institute of Ultrasound in Medicine", "aium"),
        ("svu", "svu"),
        ("Gulf", None),
        ("", None),
    ],
)
def test_a_name_is_known_exactly_or_not_at_all(text: str, name: str | None) -> None:
    row = provider_called(shipped_rules(), text, _ON)
    assert (row.provider if row is not None else None) == name
