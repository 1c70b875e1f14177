"""What looks like a patient in the findings, and what does not."""

import pytest

from pocus_desktop.programme.case_log.identity import suspicions


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Mr. John Smith, B lines", ["name"]),
        ("Sra. Pérez refiere dolor", ["name"]),
        ("patient: jane roe", ["name"]),
        ("Paciente: José Núñez", ["name"]),
        ("MRN 4455", ["number"]),
        ("id 00123456", ["number"]),
        ("historia clínica 88", ["number"]),
        ("DOB 3/4/1980", ["date", "date"]),
        ("born 12 March 1990", ["date", "date"]),
        ("nacida el 3 de mayo de 1975", ["date", "date"]),
        ("scan of 2026-02-03", ["date"]),
        ("write to a.b@example.org", ["email"]),
        ("call +34 600 123 456", ["phone"]),
    ],
)
def test_what_looks_like_one(text: str, kinds: list[str]) -> None:
    assert [one.kind for one in suspicions(text)] == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EF 55 %, RV not dilated, TAPSE 2.1 cm",
        "CRL 12.3 mm, GA 7w3d, FHR 140",
        "BP 120/80, HR 88",
        "Patient tolerated the examination well",
        "Aorta 3.12 x 3.45 cm; iliacs 1.2",
        "Free fluid in Morison's pouch",
        "Bakers cyst 23 x 14 mm at 2 cm depth, 5-12 MHz",
        "Líquido libre en el espacio de Morison",
        "No DVT: CFV, GSV, PV compressible",
    ],
)
def test_what_does_not(text: str) -> None:
    assert suspicions(text) == ()


def test_parts_are_told_by_place_and_never_by_what_they_say() -> None:
    [found] = suspicions("B lines. Mr Smith")
    assert ("B lines. Mr Smith"[found.start : found.end], found.told()) == (
        "Mr Smith",
        "Character 10: this looks like a name.",
    )


def test_a_long_text_is_looked_through_in_bounded_time() -> None:
    for text in ("a" * 10_000, "1 " * 5_000, "a@" * 5_000, "name: " * 1_600, "1-" * 5_000, "enero " * 1_600):
        assert len(suspicions(text)) < 2_000
