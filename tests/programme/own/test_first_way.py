"""From an account to a running clock, against a real hub: everything goes by the portfolio's own outbox."""

import pytest

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own import changes
from tests.programme.own.ana import LUNG, Ana


def kinds(ana: Ana) -> list[str]:
    return [str(step.kind) for step in ana.desk.view().steps]


def test_from_an_account_to_a_running_clock(hub: Hub, ana: Ana) -> None:
    assert kinds(ana)[0] == "account"
    ana.account()
    assert "id-number" in kinds(ana)
    ana.log_by_csv(20)
    ana.hold_fundamentals()
    assert ana.desk.view().waiting == 22
    with pytest.raises(PocusError) as early:
        ana.apply()
    assert early.value.code == "portfolio.no_number"
    synced = ana.send()
    assert (synced.sent, synced.error) == (1, None)
    view = ana.desk.view()
    assert view.waiting == 0
    assert view.portfolio.account is not None
    assert view.portfolio.account.candidate_id == hub.academy.portfolios.number_of(view.portfolio.account.account_id)
    application_id = ana.apply()
    assert next(one for one in ana.desk.view().answers if one.area is LUNG).is_met
    assert "decision" in kinds(ana)
    ana.send()
    assert hub.academy.applications.judge(application_id).answers[0].is_met
    choice = [AreaChoice(area=LUNG, is_approved=True, reason="looked at")]
    hub.academy.applications.decide(application_id, choice, who="dora", by="Dora Mora")
    number = view.portfolio.account.candidate_id
    issued = hub.academy.vouchers.issue([Recipient(name="Ana", candidate_id=number)], (LUNG,), who="rex", why="paid")
    assert ana.send().new_papers == 2
    assert "voucher" in kinds(ana)
    ana.desk.write(
        changes.enter_voucher(
            ana.desk.portfolio(), code=issued[0].code, application_id=application_id, now_ms=ana.desk.now_ms
        )
    )
    window = ana.desk.view().lives[0].window
    assert window is not None
    assert (window.last - window.first).days == 180
    assert {"sit", "nominate"} <= set(kinds(ana))
    assert ana.send().error is None
    assert hub.academy.admitting.window(application_id, LUNG) == window
    assert list(ana.desk.view().received) == [window.entry_id]


def test_what_was_written_is_there_after_the_program_ended(hub: Hub, ana: Ana) -> None:
    ana.account()
    ana.desk.close()
    again = ana.opened()
    assert again.portfolio().account is not None
    assert again.view().waiting == 1
    again.close()
