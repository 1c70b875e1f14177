"""A hub decides by the academy's own book of rules, and by no other."""

from datetime import date
from pathlib import Path

import pytest

from pocus_desktop.admission.academy import AcademyKeys
from pocus_desktop.hub.hub import Hub
from pocus_desktop.programme.errors import NotTheAcademysError
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.rules.keeping import RULES
from pocus_desktop.programme.rules.load import shipped_rules
from pocus_desktop.programme.rules.model import RuleBook
from pocus_desktop.programme.rules.signed import sign_rules


def _own() -> Rules:
    fields = shipped_rules().book.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    lung = next(row for row in fields["rules"] if row["id"] == "cases-lung-2020")
    return Rules(RuleBook.model_validate(fields | {"book_id": "own", "rules": [lung]}))


def test_a_hub_decides_by_the_book_in_its_folder_or_does_not_start(tmp_path: Path) -> None:
    keys = AcademyKeys.generate()
    hub = Hub(tmp_path, keys)
    assert hub.academy.rules is shipped_rules()
    hub.close()
    (tmp_path / RULES).write_bytes(sign_rules(_own(), keys.signing))
    again = Hub(tmp_path, keys)
    assert again.academy.rules.areas(date(2026, 11, 26)) == ("lung",)
    again.close()
    (tmp_path / RULES).write_bytes(sign_rules(_own(), AcademyKeys.generate().signing))
    with pytest.raises(NotTheAcademysError):
        Hub(tmp_path, keys)
