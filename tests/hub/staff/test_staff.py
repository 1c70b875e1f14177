"""Accounts, sessions, second factors, and the trail that they leave."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from pocus_desktop.crypto import password, totp
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.hub.staff import sessions as sessions_module
from pocus_desktop.hub.staff.accounts import MADE_MS, RELEASE_MS
from pocus_desktop.hub.staff.roles import TABLE, Act, Role, acts_of, is_sound
from pocus_desktop.hub.staff.sessions import HALF_MS, IDLE_MS, WHOLE_MS, form_token, is_form_token
from pocus_desktop.hub.staff.store import RECOVERY, STAFF, TRY
from pocus_desktop.hub.staff.tries import KEPT_MS
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.kernel.rate import Rate
from tests.hub.school import School
from tests.hub.staff.people import PASSWORD, employ


def refused(code: str, action: Callable[[], object]) -> PocusError:
    with pytest.raises(PocusError) as caught:
        action()
    assert caught.value.code == code
    for language in ("en", "es"):
        assert "{" not in "".join(caught.value.explain(language))
    return caught.value


def trail(hub: Hub) -> RegistryStore:
    return RegistryStore(hub._store)


def test_first_sign_in_sets_up_the_second_factor_and_later_ones_ask_for_it(hub: Hub) -> None:
    ada = employ(hub)
    first = ada.sign_in()
    assert first.is_whole
    assert first.may(Act.STAFF)
    assert not first.may(Act.READ), "who keeps the accounts reads nobody's application"
    assert len(ada.recovery) == 10
    again = ada.sign_in()
    assert again.is_whole
    assert again.token != first.token
    assert [step.action for step in trail(hub).trail(about="staff:ada")] == [
        "signed in",
        "second factor set up",
        "staff added",
    ]


def test_a_password_alone_may_nothing(hub: Hub) -> None:
    employ(hub).sign_in()
    half = hub.staff.sessions.begin("ada", PASSWORD)
    assert not half.is_whole
    assert not any(half.may(act) for act in Act)
    refused("staff.not_allowed", lambda: half.require(Act.STAFF))


def test_of_two_browsers_that_set_up_a_second_factor_at_once_one_does(
    hub: Hub, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    employ(hub)
    sessions = hub.staff.sessions
    halves = [sessions.begin("ada", PASSWORD).token for _ in range(2)]
    secrets = [sessions.new_factor(half) for half in halves]

    def code(secret: bytes, later: int = 0) -> str:
        return totp.code_at(secret, school.clock.read().wall_ms // totp.STEP_MS + later)

    counted = sessions._tries.count

    def between(what: str, who: str, rate: Rate) -> None:
        monkeypatch.setattr(sessions._tries, "count", counted)
        sessions.confirm_factor(halves[0], code(secrets[0]))
        school.clock.advance(ms=totp.STEP_MS)
        counted(what, who, rate)

    monkeypatch.setattr(sessions._tries, "count", between)
    refused("staff.not_signed_in", lambda: sessions.confirm_factor(halves[1], code(secrets[1], later=1)))
    school.clock.advance(ms=totp.STEP_MS)
    assert sessions.finish(sessions.begin("ada", PASSWORD).token, code(secrets[0])).is_whole


def test_a_code_counts_once_and_none_before_it(hub: Hub, school: School) -> None:
    ada = employ(hub)
    ada.sign_in()
    sessions = hub.staff.sessions
    school.clock.advance(ms=60_000)
    code = ada.code()
    assert sessions.finish(sessions.begin("ada", PASSWORD).token, code).is_whole
    refused("staff.wrong_code", lambda: sessions.finish(sessions.begin("ada", PASSWORD).token, code))
    refused("staff.wrong_code", lambda: sessions.finish(sessions.begin("ada", PASSWORD).token, "000000"))


def test_a_recovery_code_counts_once_and_for_its_account_only(hub: Hub, school: School) -> None:
    ada, bob = employ(hub), employ(hub, "bob", "registrar")
    ada.sign_in()
    bob.sign_in()
    sessions = hub.staff.sessions
    refused("staff.wrong_code", lambda: sessions.finish(sessions.begin("bob", PASSWORD).token, ada.recovery[0]))
    typed = ada.recovery[0].upper().replace("-", " ")
    assert sessions.finish(sessions.begin("ada", PASSWORD).token, typed).is_whole
    refused("staff.wrong_code", lambda: sessions.finish(sessions.begin("ada", PASSWORD).token, ada.recovery[0]))
    assert "signed in by a recovery code" in {step.action for step in trail(hub).trail()}


def test_a_wrong_sign_in_tells_nothing_and_too_many_wait(hub: Hub) -> None:
    employ(hub)
    hub.staff.accounts.add(
        login="eve", name="Eve", roles=["auditor"], password=None, provider=("https://id", "1"), who="t"
    )
    sessions = hub.staff.sessions
    told = {
        refused("staff.wrong_sign_in", partial(sessions.begin, login, "wrong password")).explain()
        for login in ("ada", "nobody", "eve", "", "a b", "ada\0", "'; drop table staff; --")
    }
    assert len(told) == 1
    for _ in range(7):
        refused("staff.wrong_sign_in", lambda: sessions.begin("ada", ""))
    error = refused("staff.too_many_tries", lambda: sessions.begin("ada", PASSWORD))
    assert error.params["wait_s"]


@pytest.mark.parametrize("kept_in", ["sqlite", "postgresql"])
def test_tries_are_counted_by_all_processes_together_and_no_start_forgets_them(hub: Hub, school: School) -> None:
    employ(hub)
    other = school.hub(is_registered=False)
    for number in range(8):
        refused("staff.wrong_sign_in", lambda: (hub, other)[number % 2].staff.sessions.begin("ada", ""))  # noqa: B023 - called at once
    for one in (hub, other):
        assert refused("staff.too_many_tries", lambda: one.staff.sessions.begin("ada", PASSWORD)).params["wait_s"] == 30  # noqa: B023 - likewise
    other.close()
    again = school.hub(is_registered=False)
    refused("staff.too_many_tries", lambda: again.staff.sessions.begin("ada", PASSWORD))
    school.clock.advance(ms=31_000)
    again.staff.sessions.begin("ada", PASSWORD)
    school.clock.advance(ms=2 * KEPT_MS)
    refused("staff.wrong_sign_in", lambda: again.staff.sessions.begin("nobody", ""))
    assert len(trail(again).look(TRY)) == 1, "what is full again is not kept"
    again.close()


def test_a_clock_that_was_wrong_by_a_year_locks_nobody_out_for_one(hub: Hub, school: School) -> None:
    employ(hub)
    year_ms = 365 * 86_400_000
    school.clock.advance(ms=year_ms)
    for _ in range(8):
        refused("staff.wrong_sign_in", lambda: hub.staff.sessions.begin("ada", ""))
    school.clock.set(wall_ms=school.clock.read().wall_ms - year_ms)
    refused("staff.too_many_tries", lambda: hub.staff.sessions.begin("ada", PASSWORD))
    school.clock.advance(ms=31_000)
    hub.staff.sessions.begin("ada", PASSWORD)


def test_a_login_that_is_nobody_s_costs_what_one_costs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else who is of the staff could be told by a clock."""
    employ(hub)
    opened: list[dict[str, object]] = []
    opens = password.open_with_passphrase

    def noted(verifier: bytes, typed: str, *, purpose: str) -> bytes:
        opened.append({**json.loads(verifier)["kdf"], "salt": ""})
        return opens(verifier, typed, purpose=purpose)

    monkeypatch.setattr(sessions_module, "open_with_passphrase", noted)
    for login in ("ada", "nobody", "nobody"):
        refused("staff.wrong_sign_in", partial(hub.staff.sessions.begin, login, "wrong password"))
    assert len(opened) == 3
    assert opened[0] == opened[1] == opened[2]


def test_guessing_codes_waits(hub: Hub) -> None:
    ada = employ(hub)
    ada.sign_in()
    half = hub.staff.sessions.begin("ada", PASSWORD)
    for _ in range(4):
        refused("staff.wrong_code", lambda: hub.staff.sessions.finish(half.token, "123456"))
    refused("staff.too_many_tries", lambda: hub.staff.sessions.finish(half.token, "123456"))


def test_a_session_ends_by_idleness_by_age_and_by_a_clock_set_back(hub: Hub, school: School) -> None:
    ada = employ(hub)
    token = ada.sign_in().token
    for _ in range(WHOLE_MS // IDLE_MS):
        school.clock.advance(ms=IDLE_MS)
        assert hub.staff.sessions.of(token).is_whole
    school.clock.advance(ms=1)
    refused("staff.not_signed_in", lambda: hub.staff.sessions.of(token))
    token = ada.sign_in().token
    school.clock.advance(ms=IDLE_MS + 1)
    refused("staff.not_signed_in", lambda: hub.staff.sessions.of(token))
    token = ada.sign_in().token
    school.clock.set(wall_ms=hub.clock.read().wall_ms - 5)
    refused("staff.not_signed_in", lambda: hub.staff.sessions.of(token))


def test_a_half_session_ends_soon_and_a_token_of_before_is_worth_nothing_after(hub: Hub, school: School) -> None:
    ada = employ(hub)
    ada.sign_in()
    sessions = hub.staff.sessions
    half = sessions.begin("ada", PASSWORD)
    school.clock.advance(ms=HALF_MS + 1)
    refused("staff.not_signed_in", lambda: sessions.finish(half.token, ada.code()))
    half = sessions.begin("ada", PASSWORD)
    whole = sessions.finish(half.token, ada.code())
    refused("staff.not_signed_in", lambda: sessions.of(half.token))
    refused("staff.not_signed_in", lambda: sessions.finish(half.token, ada.code()))
    refused("staff.not_signed_in", lambda: sessions.new_factor(whole.token))
    sessions.end(whole.token)
    refused("staff.not_signed_in", lambda: sessions.of(whole.token))
    refused("staff.not_signed_in", lambda: sessions.of(""))


def test_signed_out_everywhere_ended_and_other_roles_count_at_once(hub: Hub) -> None:
    ada, bob = employ(hub), employ(hub, "bob", "registrar")
    accounts, sessions = hub.staff.accounts, hub.staff.sessions
    one, two = bob.sign_in(), bob.sign_in()
    accounts.change_roles("bob", ["auditor"], who="ada", why="moved")
    assert not sessions.of(one.token).may(Act.REGISTER)
    assert accounts.sign_out_everywhere("bob", who="ada") == 2
    refused("staff.not_signed_in", lambda: sessions.of(two.token))
    three = bob.sign_in()
    accounts.set_password("bob", "another good password", who="ada", why="forgot")
    refused("staff.not_signed_in", lambda: sessions.of(three.token))
    refused("staff.wrong_sign_in", lambda: sessions.begin("bob", PASSWORD))
    accounts.end("bob", who="ada", why="left")
    refused("staff.wrong_sign_in", lambda: sessions.begin("bob", "another good password"))
    refused("staff.last_administrator", lambda: accounts.end("ada", who="ada", why="-"))
    refused("staff.last_administrator", lambda: accounts.change_roles("ada", ["registrar"], who="ada", why="-"))
    assert ada.sign_in().is_whole


def test_a_lost_phone_is_replaced_and_its_codes_are_worth_nothing(hub: Hub) -> None:
    ada = employ(hub)
    ada.sign_in()
    old = ada.recovery[1]
    hub.staff.accounts.forget_factor("ada", who="root", why="lost phone")
    half = hub.staff.sessions.begin("ada", PASSWORD)
    assert half.needs_factor
    refused("staff.not_signed_in", lambda: hub.staff.sessions.finish(half.token, old))
    assert ada.sign_in().is_whole


BAD: list[tuple[dict[str, object], str]] = [
    ({"login": "a b"}, "staff.bad_account"),
    ({"login": "x" * 101}, "staff.bad_account"),
    ({"name": "A\nB"}, "staff.bad_account"),
    ({"roles": []}, "staff.bad_account"),
    ({"roles": ["king"]}, "staff.bad_account"),
    ({"roles": ["auditor", "registrar"]}, "staff.bad_account"),
    ({"password": None}, "staff.bad_account"),
    ({"password": "short"}, "staff.weak_password"),
    ({"password": "xx-carl-xx-carl"}, "staff.weak_password"),
    ({"login": " ADA "}, "staff.login_taken"),
]


def test_a_second_factor_is_taken_away_by_two_administrators_within_a_day(hub: Hub, school: School) -> None:
    accounts = hub.staff.accounts
    for name in ("dora", "one", "two"):
        employ(hub, name).sign_in()
    school.clock.advance(ms=MADE_MS)
    confirm = partial(accounts.confirm_release, "dora", why="talked to her")
    refused("staff.no_release", lambda: confirm(who="two"))
    accounts.ask_release("dora", who="one", why="phone lost")
    refused("staff.not_second_person", lambda: confirm(who="one"))
    refused("staff.not_second_person", lambda: confirm(who="dora"))
    accounts.set_password("two", "a password of one's", who="one", why="so that I can sign in as them")
    refused("staff.not_second_person", lambda: confirm(who="two"))
    accounts.add(login="puppet", name="P", roles=["administrator"], password=PASSWORD, who="one", why="")
    refused("staff.not_second_person", lambda: confirm(who="puppet"))
    school.clock.advance(ms=RELEASE_MS + 1)
    assert accounts.release_of("dora") is None
    refused("staff.no_release", lambda: confirm(who="ada"))
    school.clock.advance(ms=MADE_MS)
    accounts.ask_release("dora", who="one", why="phone lost")
    confirm(who="two")
    assert not accounts.find("dora").has_factor
    assert "(one: phone lost)" in accounts.history("dora")[0].why
    refused("staff.no_release", lambda: confirm(who="two"))


@pytest.mark.parametrize(("asks", "confirms"), [("puppet", "one"), ("puppet", "second"), ("one", "puppet")])
def test_no_puppet_helps_its_maker_to_a_second_factor_for_a_week(
    hub: Hub, school: School, asks: str, confirms: str
) -> None:
    accounts = hub.staff.accounts
    for name in ("dora", "one"):
        employ(hub, name)
    school.clock.advance(ms=MADE_MS)
    for name in ("puppet", "second"):
        accounts.add(login=name, name="P", roles=["administrator"], password=PASSWORD, who="one")
    accounts.ask_release("dora", who=asks, why="phone lost")
    refused("staff.not_second_person", lambda: accounts.confirm_release("dora", who=confirms, why="yes"))
    school.clock.advance(ms=MADE_MS)
    accounts.set_password(asks, "correct horse stapler", who=asks, why="their own")
    accounts.ask_release("dora", who=asks, why="phone lost")
    accounts.confirm_release("dora", who=confirms, why="yes")


def test_an_academy_of_new_administrators_has_the_keys(hub: Hub) -> None:
    for name in ("dora", "one", "two"):
        employ(hub, name)
    employ(hub, "eve").sign_in()
    hub.staff.accounts.ask_release("eve", who="one", why="phone lost")
    refused("staff.not_second_person", lambda: hub.staff.accounts.confirm_release("eve", who="two", why="yes"))
    hub.staff.accounts.forget_factor("eve", who="keys", why="phone lost")
    assert not hub.staff.accounts.find("eve").has_factor


def test_an_ended_account_comes_back_and_only_its_holder_signs_in(hub: Hub) -> None:
    nina, accounts, sessions = (
        employ(hub, "nina", "registrar", "decision-maker"),
        hub.staff.accounts,
        hub.staff.sessions,
    )
    nina.sign_in()
    give = partial(accounts.reactivate, password="another good one", who="root", why="returns in May")
    refused("staff.not_ended", lambda: give("nina", ["auditor"]))
    accounts.end("nina", who="root", why="left")
    refused("staff.bad_account", lambda: give("nina", []))
    refused("staff.bad_account", lambda: give("nina", ["auditor", "registrar"]))
    refused("staff.bad_account", lambda: give("nina", ["auditor"], password=None))
    refused("staff.weak_password", lambda: give("nina", ["auditor"], password="short"))
    refused("staff.unknown", lambda: give("nobody", ["auditor"]))
    told = give("Nina", ["auditor"])
    assert (told.state, told.roles, told.has_factor) == ("active", ("auditor",), True)
    refused("staff.wrong_sign_in", lambda: sessions.begin("nina", PASSWORD))
    half = sessions.begin("nina", "another good one").token
    refused("staff.not_signed_in", lambda: sessions.new_factor(half))
    assert all(row["used_ms"] is None for row in trail(hub).look(RECOVERY)), "codes of before stay"
    step = accounts.history("nina")[0]
    assert (step.action, step.was) == ("staff reactivated", "ended: decision-maker,registrar")
    assert (step.now, step.who, step.why) == ("active: auditor", "root", "returns in May")
    assert sessions.finish(half, nina.code()).is_whole


def test_accounts_that_cannot_be(hub: Hub) -> None:
    employ(hub)
    for changes, code in BAD:
        given = {"login": "carl", "name": "Carl", "roles": ["auditor"], "password": PASSWORD, "who": "t", **changes}
        refused(code, partial(hub.staff.accounts.add, **given))  # type: ignore[arg-type]  # each is right for itself
    assert [one.login for one in hub.staff.accounts.all()] == ["ada"]


def test_the_database_holds_nothing_that_opens_a_door(hub: Hub) -> None:
    ada = employ(hub)
    whole = ada.sign_in()
    with hub._store.reading() as connection:
        held = "".join(
            str(tuple(row))
            for name in ("staff", "staff_session", "staff_recovery")
            for row in connection.execute(text(f"SELECT * FROM {name}"))
        )
    for secret in (PASSWORD, whole.token, *ada.recovery, ada.recovery[0].replace("-", ""), repr(ada.secret)[2:-1]):
        assert secret not in held


def test_form_tokens_are_of_one_session() -> None:
    assert is_form_token("one", form_token("one"))
    assert not is_form_token("two", form_token("one"))
    assert not is_form_token("one", "")
    assert not is_form_token("one", "\udcff")
    assert sessions_module.new_token() != sessions_module.new_token()


def test_nobody_may_everything() -> None:
    assert all(acts_of([role]) != set(Act) for role in Role)
    assert set().union(*TABLE.values()) == set(Act)
    assert [role for role in Role if Act.STAFF in TABLE[role]] == [Role.ADMINISTRATOR]
    assert TABLE[Role.AUDITOR] == {Act.READ, Act.FILES}
    assert not is_sound([])


@pytest.mark.argon2
def test_a_password_costs_what_argon2id_costs(hub: Hub) -> None:
    employ(hub)
    assert hub.staff.sessions.begin("ada", PASSWORD).needs_factor
    refused("staff.wrong_sign_in", lambda: hub.staff.sessions.begin("ada", PASSWORD + "x"))
    found = json.loads(RegistryStore(hub._store).look(STAFF)[0]["password"])
    assert found["kdf"]["name"] == "argon2id"
    assert found["kdf"]["memory_kib"] >= 64 * 1024


def test_the_guide_tells_what_each_role_may() -> None:
    guide = (Path(__file__).resolve().parents[3] / "docs" / "guides" / "academy.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", guide, flags=re.MULTILINE))
    found = {role: {part.split()[0] for part in acts.split("; ")} for role, acts in told.items()}
    assert found == {str(role): set(map(str, acts)) for role, acts in TABLE.items()}
