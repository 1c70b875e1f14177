"""Attacks on peer evaluation that no other test here has: replays, races, header lines, servers that stall."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pocus_desktop.hub.peers.errors import (
    BadNominationError,
    ChangedElsewhereError,
    MailLaterError,
    MailUnsureError,
    SameAddressError,
    SentAlreadyError,
)
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.peers.people import Person, checked
from pocus_desktop.programme.peers.evaluator import Stage
from pocus_desktop.programme.peers.mailbox import mailbox
from tests.hub.peers.bounces import report
from tests.hub.peers.world import BEN, World, everything


def test_of_two_windows_that_send_at_once_one_does(world: World) -> None:
    panel_id = world.invite()
    browser = world.browser(BEN)
    browser.save_all(everything(5))
    answering, secret = world.hub.peers.answering, browser.client.cookies[COOKIE]
    sheets = [answering.sheet(secret), answering.sheet(secret)]  # both were shown before either is sent
    assert answering.send(sheets[0], seen=sheets[0].stamp())
    with pytest.raises(SentAlreadyError):
        answering.send(sheets[1], seen=sheets[1].stamp())
    assert world.hub.peers.desk.combined(panel_id).answered == 1


def test_what_was_saved_after_the_review_was_shown_is_not_sent_with_it(world: World) -> None:
    panel_id = world.invite()
    browser = world.browser(BEN)
    browser.save_all(everything(5))
    answering = world.hub.peers.answering
    sheet = answering.sheet(browser.client.cookies[COOKIE])
    browser.save(sheet.questionnaire.sections[-1], everything(1))  # another window, once this one was looked up
    with pytest.raises(ChangedElsewhereError):
        answering.send(sheet, seen=sheet.stamp())
    assert world.hub.peers.desk.combined(panel_id).answered == 0


def test_a_form_that_was_sent_is_not_sent_again_by_its_copy(world: World) -> None:
    world.invite()
    browser = world.browser(BEN)
    browser.save_all(everything(5))
    form, secret = browser.hidden("/peer/review"), browser.client.cookies[COOKIE]
    assert browser.client.post("/peer/send", data=form).status_code == 303
    copy = world.client()
    copy.cookies.set(COOKIE, secret, domain="hub.example.org")
    assert copy.post("/peer/send", data=form).status_code == 403
    assert copy.get("/peer/review").status_code == 403


def test_a_report_that_comes_after_the_answer_changes_nothing(world: World) -> None:
    panel_id = world.invite()
    mail_id = world.hub.peers.desk.panel(panel_id).seats[0].mail[0].mail_id
    browser = world.browser(BEN)
    browser.save_all(everything(5))
    browser.send()
    world.hub.peers.take_report(report(mail_id))
    assert world.hub.peers.desk.panel(panel_id).seats[0].standing.stage is Stage.ANSWERED


@pytest.mark.parametrize("line", ["\r\nBcc: x@evil.example", "\n.", "\u2028Bcc: x", "\x85x", "\0", "\u202etxt"])
@pytest.mark.parametrize("field", ["name", "email", "background"])
def test_no_header_line_comes_in_with_a_nomination(line: str, field: str) -> None:
    told = {"name": "Ben", "email": BEN, "background": "Lead"}
    told[field] = f"ben{line}@hospital.example" if field == "email" else told[field] + line
    try:
        kept = checked(Person(name=told["name"], email=told["email"], background=told["background"]))
    except BadNominationError:
        return
    text = f"{kept.name}{kept.email}{kept.background}"
    assert text.isprintable(), "white space became one space"
    assert kept.email == BEN


@pytest.mark.parametrize("name", ["Okoye, Ben", "Ben <x@evil.example>,", 'Ben" <x@evil.example>', "B: x@evil.example;"])
def test_a_name_is_no_recipient(name: str, world: World) -> None:
    world.invite(Person(name=name, email=BEN, background="Lead"))
    (envelope,), (message,) = world.postbox.taken, world.postbox.messages()
    assert envelope.rcpt_tos == [BEN]
    assert [(one.display_name, one.addr_spec) for one in message["To"].addresses] == [(name, BEN)]


def test_no_header_line_comes_in_with_the_name_of_the_candidate(world: World) -> None:
    named = Person(name="Ben", email=BEN, background="Lead")
    world.invite(named, candidate_name="Ana\r\nBcc: x@evil.example\r\n\r\nA body")
    (envelope,), (message,) = world.postbox.taken, world.postbox.messages()
    assert envelope.rcpt_tos == [BEN]
    assert message["Bcc"] is None
    assert "Ana Bcc: x@evil.example A body" in str(message["Subject"])
    with pytest.raises(BadNominationError):
        world.invite(named, candidate_name="Ana\u202e", application_id="app_2")


@pytest.mark.parametrize(
    "address",
    [
        "ben@hospital.example>, x@evil.example",
        "ben,x@hospital.example",
        '"ben x"@hospital.example',
        "ben@hospital.example x@evil.example",
        "ben@[127.0.0.1]",
        "-oQ/tmp@hospital..example",
        "ben@localhost",
    ],
)
def test_an_address_is_one_address_at_a_host(address: str) -> None:
    with pytest.raises(BadNominationError):
        checked(Person(name="Ben", email=address, background="Lead"))


@pytest.mark.parametrize(
    "other",
    ["BEN@hospital.example", "ben+x@HOSPITAL.example", "ben+@hospital.example"],
)
def test_one_mailbox_is_named_once_however_it_is_written(world: World, other: str) -> None:
    with pytest.raises(SameAddressError):
        world.nominate(
            Person(name="Ben", email=BEN, background="Lead"), Person(name="B. Okoye", email=other, background="Lead")
        )


def test_mailboxes_are_compared_by_host_and_not_by_letters_that_look_alike() -> None:
    assert mailbox("ana@b\u00fccher.example") == mailbox("Ana@xn--bcher-kva.EXAMPLE")
    assert mailbox("a.n.a+x@googlemail.com") == mailbox("ana@gmail.com")
    assert mailbox("a.na@hospital.example") != mailbox("ana@hospital.example")
    assert mailbox("\u0430na@hospital.example") != mailbox("ana@hospital.example")  # a Cyrillic letter


@contextmanager
def stalling(*lines: bytes) -> Iterator[int]:
    """A mail server that answers each line with the next of these, and then says nothing more; its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as coming:
            for at, line in enumerate(lines):
                if at and not coming.readline():
                    return
                connection.sendall(line)
            over.wait()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        over.set()
        listening.close()
        thread.join()


_READY = (b"220 x\r\n", b"250 x\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n")


@pytest.mark.parametrize(
    ("lines", "error", "state"),
    [(_READY[:1], MailLaterError, "due"), (_READY[:3], MailLaterError, "due"), (_READY, MailUnsureError, "unsure")],
)
def test_a_server_that_stalls_loses_nothing_and_is_not_asked_twice_where_it_may_have_it(
    world: World, lines: tuple[bytes, ...], error: type[Exception], state: str
) -> None:
    panel_id = world.nominate(Person(name="Ben", email=BEN, background="Lead"))
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    with stalling(*lines) as port:
        world.postbox.settings(world.school.folder / "hub", "http://127.0.0.1:1", port=port)
        with pytest.raises(error):
            world.hub.peers.post.send(mail.mail_id, timeout_s=0.2)
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    assert mail.state == state
    world.postbox.settings(world.school.folder / "hub", "http://127.0.0.1:1")
    world.pass_days(0.1)
    world.hub.peers.run_due()
    assert len(world.postbox.taken) == (1 if state == "due" else 0)
