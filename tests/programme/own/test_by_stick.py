"""A candidate whom no network reaches: everything goes by a stick, and comes back by one (formats/portfolio 6)."""

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import httpx2
import pytest

from pocus_desktop.admission.academy import AcademyRing
from pocus_desktop.admission.station_request import sign_request
from pocus_desktop.cli.portfolio_stick import by_stick, tell_carried
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.derive import hkdf
from pocus_desktop.crypto.keys import SigningKey
from pocus_desktop.hub.carried_portfolios import take_portfolios
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.errors import FilesFullError
from pocus_desktop.hub.web.app import create_app
from pocus_desktop.kernel import canonical, files
from pocus_desktop.kernel.clock import SystemClock
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.own.sending_files import SentFiles
from pocus_desktop.programme.papers import write_papers
from pocus_desktop.programme.question import (
    QUESTION_TYPE,
    Outcomes,
    answer_key,
    give_answer,
    open_question,
    read_question,
    seal_question,
)
from pocus_desktop.sync.asgi import InProcessTransport
from pocus_desktop.sync.hub_client import SEALED_SUBMISSION_TYPE
from pocus_desktop.sync.portfolio_stick import PortfolioStick
from tests.hub.school import School
from tests.programme.own.ana import LUNG, Ana, at_academy
from tests.programme.own.killed import kill_again_and_again

DAY_MS = 86_400_000


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


@pytest.fixture
def berta(hub: Hub, tmp_path: Path) -> Iterator[Ana]:
    made = Ana(hub, tmp_path / "berta")
    yield made
    made.desk.close()


def refused(code: str, action: Callable[[], object]) -> PocusError:
    with pytest.raises(PocusError) as caught:
        action()
    assert caught.value.code == code
    for language in ("en", "es"):
        assert "{" not in "".join(caught.value.explain(language))
    return caught.value


def test_from_the_account_to_the_decision_without_a_network(hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    ana.hold_fundamentals()
    ana.log_by_csv(20)
    assert ana.put(stick).left == 1
    assert ana.desk.view().waiting == 22
    assert at_academy(hub, stick) == ["taken", "answered"]
    synced = ana.read(stick)
    assert (synced.sent, synced.left, synced.refused) == (1, 0, 0)
    assert ana.desk.view().waiting == 0
    assert hub.registry.candidates.find(ana.number).name == "Ana Ruiz"
    application_id = ana.apply()
    ana.wait(DAY_MS)
    assert ana.by_stick(stick).sent == 1
    choice = [AreaChoice(area=LUNG, is_approved=True)]
    decision = hub.academy.applications.decide(application_id, choice, who="dora", by="Dora Mora")
    assert ana.read(stick).is_old, "nobody was at the academy since"
    ana.wait(DAY_MS)
    assert ana.by_stick(stick).new_papers == 1
    assert ana.desk.portfolio().decisions == (decision,)
    assert ana.desk.view().synced_ms == hub.clock.read().wall_ms


def test_whoever_finds_a_sealed_submission_gets_no_receipt_for_it(ana: Ana, hub: Hub, stick: Path) -> None:
    ana.account()
    ana.put(stick)
    ((name, sealed),) = ((path.name, path.read_bytes()) for path in (stick / "submissions").iterdir())
    target, checksum = f"/v1/submissions/{name}", hashlib.sha256(sealed).hexdigest()

    def put(key: SigningKey | None) -> tuple[int, str]:
        headers = {
            "Content-Type": SEALED_SUBMISSION_TYPE,
            "Content-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(checksum)).decode()}:",
        }
        if key is not None:
            headers["Authorization"] = sign_request(
                key, method="PUT", target=target, now_ms=ana.now_ms, content_digest=checksum
            )
        with httpx2.Client(base_url="https://hub.invalid", transport=InProcessTransport(create_app(hub))) as web:
            answer = web.put(target, content=sealed, headers=headers)
        return answer.status_code, "" if answer.is_success else answer.json()["code"]

    for _ in range(2):  # neither before it was taken nor after
        assert put(None) == (401, "hub.unsigned")
        assert put(SigningKey.generate()) == (401, "hub.unknown_sender")
        assert put(ana.key)[1] == ""


def test_nobody_learns_from_a_stick_whose_it_is(hub: Hub, ana: Ana, stick: Path) -> None:
    """Her names are long ones: three letters stand in sealed bytes by chance."""
    ana.account("Anastasia Ruizdelatorre")
    ana.put(stick)
    at_academy(hub, stick)
    ana.read(stick)
    ana.wait(1)
    ana.by_stick(stick)
    said = {
        ana.account_id,
        ana.number,
        "Anastasia",
        "Ruizdelatorre",
        "ana@example.org",
        ana.key.key_id,
        ana.key.public.raw.hex(),
    }
    files = [path for path in stick.rglob("*") if path.is_file()]
    assert len(files) == 5
    for path in files:
        assert len(path.name) == 64
        for word in said:
            assert word.encode() not in path.read_bytes(), path.parent.name
            assert word not in str(path.relative_to(stick))


def test_several_candidates_share_a_stick(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
        one.log_by_csv(3)
        one.put(stick)
    assert sorted(at_academy(hub, stick)) == ["answered", "answered", "taken", "taken"]
    for one in (ana, berta):
        assert one.read(stick).sent == 1
    assert ana.number != berta.number


def test_a_stick_of_another_is_refused_in_words(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
    refused("portfolio.stick_without_answers", lambda: berta.read(stick))
    ana.put(stick)
    refused("portfolio.stick_without_answers", lambda: berta.read(stick))
    at_academy(hub, stick)
    refused("portfolio.stick_of_another", lambda: berta.read(stick))
    refused("sync.no_folder", lambda: berta.read(stick / "gone"))
    assert berta.desk.view().waiting == 1
    assert berta.put(stick).left == 1


def test_an_old_stick_moves_nothing_back(hub: Hub, ana: Ana, stick: Path, tmp_path: Path) -> None:
    ana.account()
    ana.by_stick(stick)
    old = tmp_path / "old"
    shutil.copytree(stick, old)
    ana.hold_fundamentals()
    ana.log_by_csv(20)
    application_id = ana.apply()
    ana.wait(DAY_MS)
    ana.by_stick(stick)
    hub.academy.applications.ask(application_id, "More?", who="dora", by="Dora Mora")
    ana.wait(DAY_MS)
    ana.by_stick(stick)
    before = ana.desk.view()
    again = ana.read(old)
    assert (again.is_old, again.new_papers, again.sent) == (True, 0, 0)
    assert ana.desk.view() == before


def test_an_old_stick_still_brings_a_receipt(hub: Hub, ana: Ana, stick: Path, tmp_path: Path) -> None:
    ana.account()
    ana.by_stick(stick)
    ana.log_by_csv(2)
    ana.put(stick)
    at_academy(hub, stick)
    old = tmp_path / "old"
    shutil.copytree(stick, old)
    ana.desk.asking.note((ana.now_ms + 9, 0))
    synced = ana.read(old)
    assert (synced.is_old, synced.sent, ana.desk.view().waiting) == (True, 1, 0)
    told = tell_carried(synced, "en", is_writing=False)
    assert "only what was missing was taken (1)" in told.what


def test_what_came_over_the_network_is_newer_than_a_stick_that_was_under_way(hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    ana.put(stick)
    at_academy(hub, stick)
    assert ana.send().sent == 1
    synced = ana.read(stick)
    assert synced.is_old
    assert synced.sent == 0


def test_a_document_that_the_academy_refuses_is_found_by_stick(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
        one.by_stick(stick)
    berta.log_by_csv(3)
    berta.by_stick(stick)
    ana.log_by_csv(7)
    ana.desk.write(berta.desk.portfolio().cases[1])
    found, ways = 0, 0
    while ana.desk.view().waiting > 1 or not found:
        ana.wait(1)
        found += ana.by_stick(stick).refused
        ways += 1
    assert ways == 2
    assert [problem for _, problem in ana.desk.view().refused] == ["academy.others_document"]
    ana.wait(1)
    assert ana.by_stick(stick).refused == 0, "told once"
    ana.desk.try_again()
    assert ana.read(stick).refused == 0, "only the academy refuses, not an answer that was taken before"


def test_a_key_that_the_academy_does_not_know_is_told(hub: Hub, ana: Ana, stick: Path, tmp_path: Path) -> None:
    ana.account()
    ana.by_stick(stick)
    elsewhere = Ana(hub, tmp_path / "elsewhere")
    elsewhere.desk.take_in(ana.desk.documents())
    elsewhere.log_by_csv(1)
    elsewhere.put(stick)
    assert "refused" in at_academy(hub, stick)
    told = by_stick(elsewhere.desk, stick, is_writing=False).error
    assert told is not None
    assert elsewhere.key.key_id in told.explain().what, "to be read to the academy"
    assert elsewhere.desk.view().trouble is not None
    hub.academy.portfolios.accept_key(ana.account_id, elsewhere.key.key_id, who="rex", why="lost")
    ana.wait(1)
    assert elsewhere.by_stick(stick).sent == 1
    assert elsewhere.desk.view().trouble is None
    elsewhere.desk.close()


def test_lies_in_files_are_told_and_hold_up_nobody(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
        one.put(stick)
    mine = sorted(set(stick.glob("*/*")))
    by_name = {path.name: path.read_bytes() for path in mine}
    question = next(path for path in mine if path.parent.name == "questions")
    question.write_bytes(by_name[question.name][:-9])
    (stick / "submissions" / ("0" * 64)).write_bytes(b"{}")
    (stick / "submissions" / ("1" * 64)).write_bytes(by_name[next(iter(by_name))])
    (stick / "questions" / ("2" * 64)).write_bytes(by_name[question.name])
    (stick / "questions" / ("3" * 64)).mkdir()
    (stick / "answers").mkdir()
    (stick / "answers" / ("4" * 64)).write_bytes(b"x")
    states = at_academy(hub, stick)
    assert states.count("answered") == 1
    assert states.count("taken") == 2
    assert sum(one.desk.portfolio().account is not None for one in (ana, berta)) == 2
    read_by = [one for one in (ana, berta) if _can_read(one, stick)]
    assert len(read_by) == 1
    next(one for one in (ana, berta) if one not in read_by).put(stick)
    at_academy(hub, stick)
    assert all(_can_read(one, stick) for one in (ana, berta))


def _can_read(who: Ana, stick: Path) -> bool:
    try:
        return by_stick(who.desk, stick, is_writing=False).error is None
    except PocusError as error:
        assert error.code == "portfolio.stick_of_another"  # noqa: PT017 - the other's
        return False


def test_an_answer_that_was_cut_or_altered_changes_nothing(hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    ana.put(stick)
    at_academy(hub, stick)
    [path] = (stick / "answers").iterdir()
    good = path.read_bytes()
    for bad in (good[:-1], good[:60], good[:-5] + b"xxxxx", good + b"\n"):
        path.write_bytes(bad)
        refused("portfolio.bad_answer", lambda: ana.read(stick))
    for bad in (b"", good[:40], b"x" + good[1:]):
        path.write_bytes(bad)
        refused("portfolio.stick_of_another", lambda: ana.read(stick))
    assert ana.desk.view().waiting == 1
    path.rename(path.with_name("5" * 64)).write_bytes(good)
    refused("portfolio.stick_of_another", lambda: ana.read(stick))
    path.write_bytes(good)
    assert ana.read(stick).sent == 1


def test_a_receipt_is_told_to_nobody_but_who_signed(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
    ana.put(stick)
    [submission] = (stick / "submissions").iterdir()
    name, data = berta.desk.question([submission.name])
    PortfolioStick(stick).put("questions", name, data)
    at_academy(hub, stick)
    answer = berta.desk.asking.answer(name, (stick / "answers" / name).read_bytes(), hub.ring.verifiers)
    assert (answer.received, answer.refused, answer.papers) == ((), (), None)
    assert ana.read(stick).sent == 1


def test_a_question_that_is_left_again_is_answered_to_its_asker(
    hub: Hub, ana: Ana, stick: Path, tmp_path: Path
) -> None:
    ana.account()
    ana.by_stick(stick)
    other = tmp_path / "other"
    shutil.copytree(stick / "questions", other / "questions")
    ana.wait(1)
    assert at_academy(hub, other) == ["answered"]
    assert ana.read(other).is_old is False, "given later"


def test_a_stick_that_takes_nothing_is_told_and_nothing_is_lost(hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    (stick / "submissions").write_text("in the way")
    told = by_stick(ana.desk, stick, is_writing=True).error
    assert told is not None
    assert told.code == "sync.folder_not_writable"
    assert ana.desk.view().waiting == 1
    (stick / "submissions").unlink()
    ana.put(stick)
    (stick / "answers").write_text("in the way")
    assert at_academy(hub, stick) == ["taken", "unanswered"]
    (stick / "answers").unlink()
    assert at_academy(hub, stick) == ["known", "answered"]
    assert ana.read(stick).sent == 1


Write = Callable[[Path, bytes], None]


def _no_room(_write: Write, path: Path, _data: bytes) -> None:
    raise OSError(28, os.strerror(28), str(path))


def _pulled(write: Write, path: Path, data: bytes) -> None:
    write(path, data[: len(data) // 2])
    raise OSError(5, os.strerror(5), str(path))


def _worn_out(write: Write, path: Path, data: bytes) -> None:
    write(path, bytes(len(data)))


BAD: Final = (
    (_no_room, "sync.folder_not_writable"),
    (_pulled, "sync.folder_not_writable"),
    (_worn_out, "sync.folder_damaged"),
)


def test_what_a_bad_stick_did_is_made_good_by_the_next_one(
    hub: Hub, ana: Ana, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.account()
    real = files.write_atomically
    for hurt, code in BAD:
        monkeypatch.setattr(files, "write_atomically", partial(hurt, real))
        told = by_stick(ana.desk, stick, is_writing=True).error
        assert told is not None
        assert told.code == code
        monkeypatch.undo()
        at_academy(hub, stick)
        assert ana.desk.view().waiting == 1
    ana.put(stick)
    for hurt, code in BAD:
        monkeypatch.setattr(files, "write_atomically", partial(hurt, real))
        codes = [one.error.code for one in take_portfolios(hub, PortfolioStick(stick)) if one.error is not None]
        assert codes[-1] == code, "the answer; those before are of questions that the stick spoilt"
        monkeypatch.undo()
        with pytest.raises(PocusError):
            ana.read(stick)
    at_academy(hub, stick)
    assert ana.read(stick).sent == 1


def test_links_and_pipes_lead_nowhere(hub: Hub, ana: Ana, stick: Path, tmp_path: Path) -> None:
    ana.account()
    ana.put(stick)
    for name in ("questions", "submissions"):
        os.mkfifo(stick / name / ("6" * 64))
        (stick / name / ("7" * 64)).symlink_to("/etc/passwd")
    assert sorted(at_academy(hub, stick)) == ["answered", *["refused"] * 4, "taken"]
    os.mkfifo(stick / "answers" / ("6" * 64))
    assert ana.read(stick).sent == 1
    shutil.rmtree(stick / "answers")
    (stick / "answers").symlink_to(tmp_path)
    refused("sync.folder_damaged", lambda: ana.put(stick))
    refused("sync.folder_damaged", lambda: take_portfolios(hub, PortfolioStick(stick)))


def test_an_answer_that_the_academy_did_not_sign_is_refused(hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    ana.put(stick)
    [name] = PortfolioStick(stick).names("questions")
    question = read_question(open_question((stick / "questions" / name).read_bytes(), [hub.ring.current.sealing]))
    nothing = Outcomes(receipts={}, refusals=dict.fromkeys(question.submissions, "academy.other_person"))

    def answered(name: str, signer: SigningKey) -> bytes:
        papers = write_papers("P1", [])
        return give_answer(question, name, nothing, [signer], papers=papers, certificate_papers=(), now_ms=ana.now_ms)

    PortfolioStick(stick).put("answers", name, answered(name, SigningKey.generate()))
    refused("portfolio.bad_answer", lambda: ana.read(stick))
    other = answered("8" * 64, hub.ring.signer)
    PortfolioStick(stick).put("answers", name, other)
    refused("portfolio.stick_of_another", lambda: ana.read(stick))
    PortfolioStick(stick).put("answers", "8" * 64, other)
    assert ana.read(stick).refused == 1, "this one the academy signed"


def test_a_rotation_of_the_academy_s_keys_is_followed_by_stick(school: School, hub: Hub, ana: Ana, stick: Path) -> None:
    ana.account()
    ana.by_stick(stick)
    ring = AcademyRing(current=school.keys).rotated(now_ms=ana.now_ms).rotated(now_ms=ana.now_ms)
    hub.ring._ring = ring
    ana.log_by_csv(2)
    ana.wait(1)
    assert ana.by_stick(stick).sent == 1, "the receipt is by a key that the same answer told of"
    assert ring.current.signing.public in ana.desk.academy.verifiers
    assert ana.desk.academy.readers == (ring.current.sealing.public,), "what goes next is sealed to the key of today"


def test_answers_that_a_later_one_outdates_do_not_grow_on_a_stick(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    for one in (ana, berta):
        one.account()
        one.put(stick)
    at_academy(hub, stick)
    for _ in range(4):
        ana.wait(1)
        ana.hold_fundamentals()
        assert ana.by_stick(stick).sent == 1
        assert ana.desk.view().waiting == 0
    ana.wait(1)
    ana.put(stick)
    assert berta.read(stick).sent == 1, "another's stays"
    assert len(PortfolioStick(stick).names("answers")) == 2


PDF: Final = b"%PDF-1.7\n" + bytes(range(256)) * 40


def test_files_go_with_the_documents_that_name_them(hub: Hub, ana: Ana, berta: Ana, stick: Path) -> None:
    ana.account()
    ana.by_stick(stick)
    [name] = ana.hold(PDF)
    assert ana.put(stick).files == SentFiles()
    assert not (stick / "files").exists(), "nothing leaves before somebody agreed"
    ana.agree()
    assert ana.put(stick).files == SentFiles(left=1)
    [sealed] = (stick / "files").iterdir()
    assert b"%PDF-1.7" not in sealed.read_bytes()
    assert "refused" not in at_academy(hub, stick), "the document is taken before the file that it names"
    berta.account()
    berta.put(stick)
    assert at_academy(hub, stick).count("known") == 3
    assert berta.read(stick).files == SentFiles()
    assert ana.read(stick).files == SentFiles(sent=1)
    assert hub.academy.files.open(ana.account_id, name, who="dora").content == PDF
    assert sealed.is_file(), "reading writes nothing"
    ana.put(stick)
    assert not sealed.exists(), "the academy has it: that makes room"


def test_a_file_that_is_refused_or_spoilt_is_told_and_goes_again(
    hub: Hub, ana: Ana, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.account()
    ana.by_stick(stick)
    ana.hold(PDF)
    ana.agree()
    ana.put(stick)
    [sealed] = (stick / "files").iterdir()
    whole = sealed.read_bytes()
    sealed.write_bytes(whole[:-1])
    assert "refused" in at_academy(hub, stick)
    assert ana.read(stick).files == SentFiles(left=1), "that is nobody's word about the file"
    ana.put(stick)
    assert sealed.read_bytes() == whole, "what was spoilt is written again"
    for path in (stick / "submissions").iterdir():
        path.unlink()
    monkeypatch.setattr(hub.academy.files, "take", full)
    at_academy(hub, stick)
    told = ana.read(stick).files
    assert told == SentFiles(refused=1)
    [state] = ana.desk.view().files
    assert (state.stage, state.problem) == ("refused", "academy.files_full")


def full(_data: bytes, _digest: str) -> bytes:
    raise FilesFullError


def test_what_fails_for_one_candidate_keeps_no_answer_from_another(
    hub: Hub, ana: Ana, berta: Ana, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in (ana, berta):
        one.account()
        one.put(stick)
    real = hub.answers.papers

    def papers(account_id: str) -> bytes:
        if account_id == ana.account_id:
            raise FilesFullError
        return real(account_id)

    monkeypatch.setattr(hub.answers, "papers", papers)
    assert sorted(at_academy(hub, stick)) == ["answered", "taken", "taken", "unanswered"]
    assert berta.read(stick).sent == 1
    monkeypatch.undo()
    at_academy(hub, stick)
    assert ana.read(stick).sent == 1


def test_a_question_that_no_portfolio_asks_is_refused_by_name(hub: Hub, stick: Path) -> None:
    key = SigningKey.generate()
    pair = {"signing": key.public.as_json(), "sealing": answer_key(key).public.as_json()}
    good = {**pair, "format": 1, "asked_at_ms": 1, "submissions": [], "has": []}
    weak = {"algorithm": "x25519", "public": "00" * 32}
    bad: list[tuple[object, str]] = [
        ([], "enrolment.bad_document"),
        ({**good, "format": 2}, "enrolment.newer_document"),
        ({**good, "sealing": weak}, "enrolment.bad_document"),
        ({**good, "sealing": pair["signing"]}, "enrolment.bad_document"),
        ({**good, "asked_at_ms": 1 << 52}, "enrolment.bad_document"),
        ({**good, "submissions": ["../../etc/passwd"]}, "enrolment.bad_document"),
        ({**good, "submissions": ["0" * 64] * 4001}, "enrolment.bad_document"),
        ({**good, "has": [{"certificate_id": "x", "language": "en"}]}, "enrolment.bad_document"),
        ({**good, "signing": SigningKey.generate().public.as_json()}, "portfolio.bad_question"),
    ]
    for payload, code in bad:
        envelope = dsse.sign(QUESTION_TYPE, canonical.encode(payload), [key]).to_bytes()  # type: ignore[arg-type]
        shutil.rmtree(stick / "questions", ignore_errors=True)
        sealed = seal_question(envelope, [hub.ring.current.sealing.public])
        PortfolioStick(stick).put("questions", canonical.digest(envelope), sealed)
        [found] = take_portfolios(hub, PortfolioStick(stick))
        assert found.error is not None
        assert found.error.code == code, payload
    assert not (stick / "answers").exists()
    envelope = dsse.sign(QUESTION_TYPE, canonical.encode(good), [key]).to_bytes()  # type: ignore[arg-type]
    PortfolioStick(stick).put(
        "questions", canonical.digest(envelope), seal_question(envelope, [hub.ring.current.sealing.public])
    )
    assert at_academy(hub, stick).count("answered") == 1, "a stranger is answered that nobody knows the key"


def test_killed_while_it_writes_the_stick_nothing_is_lost_and_nothing_comes_twice(tmp_path: Path, stick: Path) -> None:
    hub = School(folder=tmp_path / "school", clock=SystemClock()).hub(is_registered=False)  # type: ignore[arg-type]
    moments = ((1, 0.0), (2, 0.004), (2, 0.02), (1, 0.012))
    documents, submissions = kill_again_and_again(tmp_path / "own", hub, moments, stick=stick)
    hub.close()
    assert documents > 12
    assert submissions > 2


def test_the_key_that_answers_are_sealed_to_is_made_as_the_format_says() -> None:
    seed = bytes(range(32))
    derived = hkdf(seed, info=b"pocus portfolio answer key v1")
    assert answer_key(SigningKey.from_seed(seed)).seed == derived
    public = answer_key(SigningKey.from_seed(seed)).public.raw.hex()
    assert public == "486fb456db9b55ed03aa654bd0c16339f32a0b2f6c932d884382762bd66e9769"
