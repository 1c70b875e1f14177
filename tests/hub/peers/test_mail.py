"""Mail through a real server: what it says, what it hides, what happens when it fails at each of its moments."""

import re
import ssl
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from pocus_desktop.hub.peers.bounce import read
from pocus_desktop.hub.peers.errors import (
    BadMailSettingsError,
    MailLaterError,
    MailRefusedError,
    MailUnsureError,
    NoReportError,
    UnknownEvaluatorError,
)
from pocus_desktop.hub.peers.people import Person
from pocus_desktop.hub.peers.post import SILENT_MS, MailPoint, Post
from pocus_desktop.programme.peers.evaluator import Stage
from tests.hub.certificates import write_certificate
from tests.hub.peers.bounces import report
from tests.hub.peers.postbox import html_of, running_postbox, text_of
from tests.hub.peers.world import ANA, BEN, CLARA, DAVID, World, everything, people

BOTH = ["sqlite", "postgresql"]


def mail_of(world: World, panel_id: str) -> list[tuple[str, str, str]]:
    return [
        (mail.kind, mail.state, mail.problem)
        for seat in world.hub.peers.desk.panel(panel_id).seats
        for mail in seat.mail
    ]


def test_a_message_says_what_it_must_in_its_reader_s_language(world: World) -> None:
    world.invite()
    by_address = {parseaddr(str(one["To"]))[1]: one for one in world.postbox.messages()}
    english, spanish = by_address[BEN], by_address[CLARA]
    assert english["Subject"] == f"{ANA} named you for a peer evaluation"
    assert "evaluación por pares" in spanish["Subject"]
    assert spanish["Content-Language"] == "es"
    assert "29 de junio de 2026" in text_of(spanish)
    assert "until 29 June 2026" in text_of(english)
    assert 'lang="es"' in html_of(spanish)
    assert english["Auto-Submitted"] == "auto-generated"
    assert english["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = world.token(BEN)
    for part in (text_of(english), html_of(english)):
        assert part.count(f"/peer/{link}") >= 1
        assert "/peer/off/" in part
    assert not re.search(r"<img|<script|src=|@import|url\(", html_of(english))


def test_headers_are_on_one_line_each_as_providers_read_them(world: World) -> None:
    world.invite()
    for envelope in world.postbox.taken:
        assert isinstance(envelope.content, bytes)
        head = envelope.content.partition(b"\r\n\r\n")[0]
        assert re.search(rb"^List-Unsubscribe: <http://[^>]{40,}>\r$", head, re.MULTILINE)
        assert max(map(len, envelope.content.split(b"\r\n"))) < 998


def test_one_message_has_one_recipient_and_a_return_path_of_its_own(world: World) -> None:
    world.invite()
    assert [len(envelope.rcpt_tos) for envelope in world.postbox.taken] == [1, 1, 1]
    assert len({envelope.mail_from for envelope in world.postbox.taken}) == 3
    for envelope in world.postbox.taken:
        assert isinstance(envelope.content, bytes)
        others = {BEN, CLARA, DAVID} - set(envelope.rcpt_tos)
        assert not any(other.encode() in envelope.content for other in others)
        assert re.fullmatch(r"bounces\+mail_\w{20}@academy\.example", envelope.mail_from or "")


def test_reminders_come_by_the_rules_with_a_link_of_their_own(world: World) -> None:
    panel_id = world.invite()
    first = world.token(BEN)
    world.pass_days(6.9)
    assert world.hub.peers.run_due() == 0
    world.pass_days(0.2)
    assert world.hub.peers.run_due() == 3
    subjects = {str(one["Subject"]) for one in world.postbox.messages()[3:]}
    assert f"Reminder: peer evaluation of {ANA}, until 29 June 2026" in subjects
    assert world.token(BEN) != first
    for token in (first, world.token(BEN)):
        assert world.client().post("/peer/begin", data={"token": token}).status_code == 303
    assert world.hub.peers.desk.panel(panel_id).seats[0].standing.stage is Stage.OPENED


def test_after_the_window_nobody_is_written_to_and_no_link_opens(world: World) -> None:
    panel_id = world.invite()
    token = world.token(BEN)
    world.pass_days(180)
    assert world.hub.peers.run_due() == 0
    assert {seat.standing.stage for seat in world.hub.peers.desk.panel(panel_id).seats} == {Stage.EXPIRED}
    answer = world.client().post("/peer/begin", data={"token": token})
    assert (answer.status_code, "The time is over" in answer.text) == (410, True)


@pytest.mark.parametrize("kept_in", BOTH)
def test_a_server_that_is_away_costs_time_and_nothing_else(world: World) -> None:
    panel_id = world.nominate()
    world.hub.peers.look_after()
    port = world.postbox.port
    world.postbox.settings(world.school.folder / "hub", "http://127.0.0.1:1", port=9)
    assert world.hub.peers.post.send_due() == 0
    assert mail_of(world, panel_id) == [("invitation", "due", "peers.mail_later")] * 3
    world.postbox.settings(world.school.folder / "hub", "http://127.0.0.1:1", port=port)
    assert world.hub.peers.post.send_due() == 0  # not at once again
    world.pass_days(0.1)
    assert world.hub.peers.post.send_due() == 3
    assert len(world.postbox.taken) == 3


def test_a_server_that_says_later_is_asked_again(world: World) -> None:
    world.postbox.replies[BEN] = "451 4.7.1 greylisted"
    panel_id = world.invite()
    assert mail_of(world, panel_id)[0] == ("invitation", "due", "peers.mail_later")
    world.postbox.replies.clear()
    world.pass_days(0.1)
    assert world.hub.peers.run_due() == 1
    assert mail_of(world, panel_id)[0] == ("invitation", "sent", "")


@pytest.mark.parametrize(
    ("reply", "stage"),
    [
        ("550 5.1.1 no such user", Stage.BOUNCED),
        ("550 no such user", Stage.BOUNCED),
        ("550 5.7.1 relaying denied", Stage.NOMINATED),
        ("554 5.2.2 mailbox full", Stage.NOMINATED),
    ],
)
def test_an_address_that_is_refused_bounces_and_another_refusal_is_the_academy_s(
    reply: str, stage: Stage, world: World
) -> None:
    world.postbox.replies[BEN] = reply
    panel_id = world.invite()
    panel = world.hub.peers.desk.panel(panel_id)
    assert panel.seats[0].standing.stage is stage
    assert mail_of(world, panel_id)[0][1] == "failed"
    assert panel.wanted == (1 if stage is Stage.BOUNCED else 0)


def test_a_connection_lost_after_the_content_is_unsure_and_not_repeated(world: World) -> None:
    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    world.postbox.hangs_up = True
    with pytest.raises(MailUnsureError):
        world.hub.peers.post.send(mail.mail_id)
    assert mail_of(world, panel_id) == [("invitation", "unsure", "peers.mail_unsure")]
    world.postbox.hangs_up = False
    world.pass_days(1)
    assert world.hub.peers.run_due() == 0
    assert len(world.postbox.taken) == 1
    assert world.hub.peers.desk.panel(panel_id).seats[0].standing.stage is Stage.INVITED  # so that a reminder comes
    world.pass_days(7)
    assert world.hub.peers.run_due() == 1
    assert world.hub.peers.desk.again(mail.mail_id, who="ada", why="they got nothing")
    assert world.hub.peers.post.send(mail.mail_id)


def test_a_content_that_is_refused_failed(world: World) -> None:
    world.postbox.content_replies[BEN] = "554 5.7.0 looks like spam"
    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    with pytest.raises(MailRefusedError):
        world.hub.peers.post.send(mail.mail_id)
    assert mail_of(world, panel_id) == [("invitation", "failed", "peers.mail_refused")]


class Killed(BaseException):
    """The process is gone: nothing that cleans up runs for it."""


@pytest.mark.parametrize("kept_in", BOTH)
@pytest.mark.parametrize(("point", "arrives"), [(MailPoint.TRYING, 1), (MailPoint.HANDING, 0), (MailPoint.TAKEN, 1)])
def test_a_process_that_is_killed_sends_nothing_twice(world: World, point: MailPoint, arrives: int) -> None:
    """Whatever the moment: the message comes once, or it is said that it may not have come."""
    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail

    def die(now: MailPoint) -> None:
        if now is point:
            raise Killed

    peers = world.hub.peers
    doomed = Post(
        peers._store, peers.post._vault, peers.desk, world.school.clock, world.school.folder / "hub", hook=die
    )
    with pytest.raises(Killed):
        doomed.send(mail.mail_id)
    assert peers.post.send(mail.mail_id) is False  # nobody else takes it while that process may live
    assert peers.post.send_due() == 0
    world.school.clock.advance(ms=SILENT_MS + 1)
    peers.look_after()
    peers.post.send_due()
    assert len(world.postbox.taken) == arrives
    assert mail_of(world, panel_id) == [("invitation", "sent" if point is MailPoint.TRYING else "unsure", "")]


def test_two_processes_that_send_the_same_message_send_it_once(world: World) -> None:
    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    tried: list[bool] = []
    other = world.hub.peers.post

    def meanwhile(point: MailPoint) -> None:
        if point is MailPoint.TRYING:
            tried.append(other.send(mail.mail_id))

    peers = world.hub.peers
    first = Post(
        peers._store, other._vault, peers.desk, world.school.clock, world.school.folder / "hub", hook=meanwhile
    )
    assert first.send(mail.mail_id)
    assert tried == [False]
    assert len(world.postbox.taken) == 1


def test_who_answered_meanwhile_gets_no_reminder(world: World) -> None:
    panel_id = world.invite(people()[0])
    world.pass_days(7)
    world.hub.peers.look_after()
    browsing = world.browser()
    browsing.save_all(everything())
    browsing.send()
    assert world.hub.peers.post.send_due() == 0
    assert mail_of(world, panel_id)[1] == ("reminder", "needless", "")


def test_mail_goes_by_tls_with_a_user_to_a_server_that_is_vouched_for_only(world: World, tmp_path: Path) -> None:
    certificate = write_certificate(tmp_path / "mail.pem", "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    (tmp_path / "password").write_text("a secret\n")
    seen: list[tuple[bytes, bytes]] = []

    def let_in(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> object:
        assert isinstance(data, LoginPassword)
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"a secret", handled=False)

    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    options = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": let_in}
    told = {"security": "starttls", "user": "peers", "password_file": tmp_path / "password"}
    with running_postbox(**options) as box:
        folder = world.school.folder / "hub"
        box.settings(folder, "http://127.0.0.1:1", **told)
        with pytest.raises(BadMailSettingsError):  # nobody vouches for it
            world.hub.peers.post.send(mail.mail_id, timeout_s=5)
        (tmp_path / "password").write_text("another")
        box.settings(folder, "http://127.0.0.1:1", ca_file=certificate, **told)
        with pytest.raises(BadMailSettingsError):
            world.hub.peers.post.send(mail.mail_id, timeout_s=5)
        (tmp_path / "password").write_text("a secret\n")
        assert world.hub.peers.post.send(mail.mail_id, timeout_s=5)
        assert seen[-1] == (b"peers", b"a secret")
        assert len(box.taken) == 1


@pytest.mark.parametrize(
    ("made", "is_lasting"),
    [
        (report, True),
        (lambda mail_id: report(mail_id, to="plain", returned="message"), True),
        (lambda mail_id: report(mail_id, to="plain", returned="headers"), True),
        (lambda mail_id: report(mail_id, action="delayed", status="4.4.1"), False),
        (lambda mail_id: report(mail_id, action="delivered", status="2.0.0"), False),
        (lambda mail_id: report(mail_id, action="failed", status="4.2.2"), False),
    ],
)
def test_a_report_that_is_for_good_ends_it_and_others_do_not(
    made: Callable[[str], bytes], is_lasting: bool, world: World
) -> None:
    panel_id = world.invite(people()[0])
    seat = world.hub.peers.desk.panel(panel_id).seats[0]
    found = world.hub.peers.take_report(made(seat.mail[0].mail_id))
    assert (found.mail_id, found.is_lasting) == (seat.mail[0].mail_id, is_lasting)
    stage = world.hub.peers.desk.panel(panel_id).seats[0].standing.stage
    assert stage is (Stage.BOUNCED if is_lasting else Stage.INVITED)


ID = "mail_" + "0" * 20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff" * 100,
        b"Subject: out of office\r\nAuto-Submitted: auto-replied\r\nTo: bounces+"
        + ID.encode()
        + b"@a.example\r\n\r\nhi",
        report(ID, kind="disposition-notification"),
        report("mail_x", to="plain"),
        report(ID, to="plain", returned="none"),
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=\xff\r\n\r\n--",
        b"Content-Type: multipart/report; report-type*=utf-9''x\r\nTo: \xff" + ID.encode() + b"\r\n\r\n",
        b"a" * (1024 * 1024 + 1),
    ],
)
def test_what_is_no_report_changes_nothing(data: bytes) -> None:
    with pytest.raises(NoReportError):
        read(data)


def test_a_report_about_a_message_that_is_nobody_s_is_refused(world: World) -> None:
    with pytest.raises(UnknownEvaluatorError):
        world.hub.peers.take_report(report(ID))


def test_the_next_who_stands_by_is_written_to_where_one_cannot_be_reached(world: World) -> None:
    panel_id = world.invite()
    seats = world.hub.peers.desk.panel(panel_id).seats
    world.hub.peers.take_report(report(seats[0].mail[0].mail_id))
    new = world.hub.peers.desk.replace(
        seats[0].evaluator_id,
        Person(name="Eve Park", email="eve@clinic.example", background="Internist"),
        who="ana",
        why="the address was wrong",
    )
    assert world.hub.peers.run_due() == 1
    assert world.postbox.tokens("eve@clinic.example")
    assert {seat.evaluator_id for seat in world.hub.peers.desk.panel(panel_id).seats if seat.number == 4} == {new}


def test_a_later_error_is_not_told_as_unsure(world: World) -> None:
    panel_id = world.nominate(people()[0])
    world.hub.peers.look_after()
    (mail,) = world.hub.peers.desk.panel(panel_id).seats[0].mail
    world.postbox.settings(world.school.folder / "hub", "http://127.0.0.1:1", port=9)
    with pytest.raises(MailLaterError):
        world.hub.peers.post.send(mail.mail_id)


def test_a_hub_that_serves_sends_by_itself_and_stops_between_messages(world: World) -> None:
    panel_id = world.nominate()
    world.hub.peers.look_after()
    stops = iter([False, True])
    assert world.hub.peers.post.send_due(lambda: next(stops)) == 1
    assert sorted(state for _, state, _ in mail_of(world, panel_id)) == ["due", "due", "sent"]
    with world.hub.peers.kept(every_s=0.01):
        for _ in range(3):
            assert world.postbox.arrived.acquire(timeout=30)
    assert len(world.postbox.taken) == 3
