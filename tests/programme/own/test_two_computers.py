"""Two computers of one candidate before a real hub: each is told what to do, and in the end both hold the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own import changes
from pocus_desktop.programme.own.other_computer import take_all, write_all
from tests.programme.own.ana import Ana


@pytest.fixture
def other(hub: Hub, tmp_path: Path) -> Iterator[Ana]:
    """The same candidate's second computer, with a key of its own."""
    made = Ana(hub, tmp_path / "other")
    yield made
    made.desk.close()


def carry(one: Ana, to: Ana, folder: Path) -> int:
    """By a folder on a stick; how many conflicts there are then."""
    write_all(one.desk, folder)
    return take_all(to.desk, folder).conflicts


def renamed(ana: Ana, name: str) -> None:
    held, now_ms = ana.desk.portfolio(), ana.desk.now_ms
    ana.desk.write(
        changes.write_account(held, now_ms=now_ms, name=name, email="ana@example.org", zone="America/Bogota")
    )


def test_the_second_computer_is_told_its_key_and_goes_on_once_the_academy_named_it(
    hub: Hub, ana: Ana, other: Ana, tmp_path: Path
) -> None:
    ana.account()
    ana.send()
    carry(ana, other, tmp_path / "1")
    other.hold_fundamentals()
    refused = other.send().error
    assert refused is not None
    assert refused.code == "portfolio.not_its_key"
    view = other.desk.view()
    assert view.trouble is not None
    assert other.key.public.key_id in view.trouble.explain("es").what
    assert view.waiting == 2, "nothing is lost, and nothing was taken"
    assert {one.problem for one in other.desk.parcels()} == {"portfolio.not_its_key"}
    hub.academy.portfolios.accept_key(ana.account_id, other.key.public.key_id, who="rex", why="called, asked who")
    assert other.send().error is None
    view = other.desk.view()
    assert (view.trouble, view.waiting) == (None, 0)
    assert other.number == ana.number
    late = ana.send().error
    assert late is not None
    assert late.code == "portfolio.not_its_key", "what only fetches is told the same as what sends"
    assert str(late.params["key"]) == ana.key.public.key_id


def test_what_both_wrote_is_shown_on_both_and_settled_once(hub: Hub, ana: Ana, other: Ana, tmp_path: Path) -> None:
    ana.account()
    ana.send()
    carry(ana, other, tmp_path / "1")
    renamed(ana, "Ana R. Ruiz")
    renamed(other, "Ana Ruiz Paz")
    assert carry(ana, other, tmp_path / "2") == carry(other, ana, tmp_path / "3") == 1
    [conflict] = ana.desk.portfolio().conflicts
    wanted = next(at for at, one in enumerate(conflict.writings) if getattr(one, "name", "") == "Ana Ruiz Paz")
    ana.desk.write(changes.settle(conflict.writings, wanted))
    assert carry(ana, other, tmp_path / "4") == 0
    for one in (ana, other):
        held = changes.require_account(one.desk.portfolio())
        assert (held.name, held.revision) == ("Ana Ruiz Paz", 3)
    ana.send()
    known = hub.academy.portfolios.papers(ana.account_id)
    assert (changes.require_account(known).name, known.conflicts) == ("Ana Ruiz Paz", ())


def test_both_settled_it_otherwise_and_that_is_shown_too(ana: Ana, other: Ana, tmp_path: Path) -> None:
    ana.account()
    carry(ana, other, tmp_path / "1")
    renamed(ana, "Ana R. Ruiz")
    renamed(other, "Ana Ruiz Paz")
    carry(ana, other, tmp_path / "2")
    carry(other, ana, tmp_path / "3")
    for one, choice in ((ana, 0), (other, 1)):
        [conflict] = one.desk.portfolio().conflicts
        one.desk.write(changes.settle(conflict.writings, choice))
    assert carry(ana, other, tmp_path / "4") == carry(other, ana, tmp_path / "5") == 1


def test_a_file_that_is_there_is_not_written_over_and_another_account_not_taken_in(
    ana: Ana, other: Ana, tmp_path: Path
) -> None:
    with pytest.raises(PocusError, match="no_account"):
        write_all(ana.desk, tmp_path / "1")
    ana.account()
    write_all(ana.desk, tmp_path / "1")
    with pytest.raises(PocusError, match="there_already"):
        write_all(ana.desk, tmp_path / "1")
    other.account()
    with pytest.raises(PocusError, match="other_account"):
        take_all(other.desk, tmp_path / "1")
    assert len(other.desk.documents()) == 1
