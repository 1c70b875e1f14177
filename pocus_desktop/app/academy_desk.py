"""The academy of an open hub, as commands ask for it (`cli.academy_face`)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from pocus_desktop.app.hub import open_hub
from pocus_desktop.case.models import ContentArea
from pocus_desktop.cli.academy_face import AcademyDesk, Told
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.admitting import AdmissionOrder
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.errors import BadDecisionError
from pocus_desktop.hub.programme.recipients import Recipient, read_recipients
from pocus_desktop.hub.programme.sampling import Sample
from pocus_desktop.hub.programme.store import APPEAL, APPLICATION, PORTFOLIO, VOUCHER
from pocus_desktop.hub.programme.vouchers import Told as ToldVoucher
from pocus_desktop.hub.registry.store import Row
from pocus_desktop.hub.staff.accounts import Accounts
from pocus_desktop.kernel.clock import Clock

MOST: Final = 10_000


@contextmanager
def open_academy(
    *, folder: Path, keys: Path, passphrase: str, database_url: str | None, clock: Clock | None = None
) -> Iterator[AcademyDesk]:
    """The hub's academy, open as long as the context lasts.

    Raises:
        PocusError: The keys cannot be opened, or the folder or database cannot be used.
    """
    with open_hub(folder, keys, passphrase, database_url, clock=clock) as hub:
        yield Desk(hub)


class Desk:
    """All desks."""

    def __init__(self, hub: Hub) -> None:
        self.staff = StaffDesk(hub.staff.accounts)
        self.accounts = AccountDesk(hub.academy)
        self.applications = ApplicationDesk(hub.academy)
        self.vouchers = VoucherDesk(hub.academy)
        self.appeals = AppealDesk(hub.academy)
        self.files = FileDesk(hub.academy)
        self.audit = AuditDesk(hub.academy)


class StaffDesk:
    """Accounts of staff."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add(
        self,
        login: str,
        *,
        name: str,
        roles: Sequence[str],
        password: str | None,
        provider: tuple[str, str] | None,
        who: str,
        why: str,
    ) -> Told:
        """Enter somebody."""
        return asdict(
            self._accounts.add(
                login=login, name=name, roles=roles, password=password, provider=provider, who=who, why=why
            )
        )

    def all(self) -> Sequence[Told]:
        """Everyone."""
        return [asdict(one) for one in self._accounts.all()]

    def change_roles(self, login: str, roles: Sequence[str], *, who: str, why: str) -> Told:
        """Other roles."""
        return asdict(self._accounts.change_roles(login, roles, who=who, why=why))

    def set_password(self, login: str, password: str, *, who: str, why: str) -> None:
        """Another password."""
        self._accounts.set_password(login, password, who=who, why=why)

    def forget_factor(self, login: str, *, who: str, why: str) -> None:
        """Take a second factor that was lost."""
        self._accounts.forget_factor(login, who=who, why=why)

    def sign_out(self, login: str, *, who: str, why: str) -> int:
        """End every session; how many there were."""
        return self._accounts.sign_out_everywhere(login, who=who, why=why)

    def end(self, login: str, *, who: str, why: str) -> Told:
        """Let in no more."""
        return asdict(self._accounts.end(login, who=who, why=why))

    def reactivate(self, login: str, roles: Sequence[str], *, password: str | None, who: str, why: str) -> Told:
        """Give an ended account back."""
        return asdict(self._accounts.reactivate(login, roles, password=password, who=who, why=why))


class AccountDesk:
    """Accounts of candidates."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def all(self, text: str) -> Sequence[Told]:
        """Those that have a text in name, number or address."""
        within = ("name", "candidate_id", "claimed_id", "email")
        found, _ = self._academy.tables.page(PORTFOLIO, text=text, within=within, order="-first_ms", most=MOST)
        return [_plain(row, "account_id", "candidate_id", "claimed_id", "name", "email", "key_id") for row in found]

    def confirm_number(self, account: str, number: str, *, who: str, why: str) -> None:
        """An account has this ID number."""
        self._academy.portfolios.confirm_number(account, number, who=who, why=why)

    def accept_key(self, account: str, key_id: str, *, who: str, why: str) -> None:
        """Another key may come."""
        self._academy.portfolios.accept_key(account, key_id, who=who, why=why)


class ApplicationDesk:
    """Applications."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def all(self, state: str) -> Sequence[Told]:
        """Those that stand so, or all."""
        where: dict[str, Any] = {"state": state} if state else {}
        found, _ = self._academy.tables.page(APPLICATION, order="received_ms", most=MOST, **where)
        return [_application(row) for row in found]

    def show(self, application: str, language: str) -> Told:
        """One with each requirement."""
        judged = self._academy.applications.judge(application)
        return {
            **_application(judged.row),
            "candidate_id": judged.account["candidate_id"],
            "name": judged.account["name"],
            "on": judged.on.isoformat(),
            "seen": judged.seen,
            "answers": [answer.as_json(language) for answer in judged.answers],
            "vouchers": [_voucher(told) for told in self._academy.vouchers.of_application(application)],
        }

    def decide(self, application: str, choices: Mapping[str, tuple[bool, str]], *, who: str, seen: str | None) -> Told:
        """Approve or refuse each area, with its reason; only as it was seen, where that is told."""
        if not set(choices) <= set(ContentArea):
            raise BadDecisionError
        decided = [
            AreaChoice(area=ContentArea(area), is_approved=is_approved, reason=reason)
            for area, (is_approved, reason) in choices.items()
        ]
        made = self._academy.applications.decide(application, decided, who=who, by=who, seen=seen)
        return made.model_dump(mode="json")

    def ask(self, application: str, words: str, *, who: str) -> None:
        """Ask for more."""
        self._academy.applications.ask(application, words, who=who, by=who)

    def admit(
        self,
        application: str,
        *,
        area: str,
        bundle: str,
        version: int,
        station: str | None,
        centre: str | None,
        who: str,
    ) -> tuple[bytes, Told]:
        """Admit to a sitting; the admission, and its codes."""
        order = AdmissionOrder(
            application_id=application,
            area=ContentArea(area),
            bundle_id=bundle,
            minimum_version=version,
            station=station,
            centre_id=centre,
        )
        admitted = self._academy.admitting.admit(order, who=who)
        codes = {"sign_in_code": admitted.sign_in_code, "start_code": admitted.start_code}
        return admitted.envelope, {"admission_id": admitted.admission_id, **codes}


class VoucherDesk:
    """Vouchers."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def all(self, text: str) -> Sequence[Told]:
        """Those that have a text in recipient, id or areas."""
        within = ("recipient", "voucher_id", "batch", "areas")
        found, _ = self._academy.tables.page(VOUCHER, text=text, within=within, order="-issued_ms", most=MOST)
        return [_voucher(self._academy.vouchers.tell(row["voucher_id"])) for row in found]

    def show(self, voucher: str, language: str) -> Told:
        """One with what became of it."""
        told = self._academy.vouchers.tell(voucher)
        refusals = {entry: error.explain(language).what for entry, error in told.life.refusals.items()}
        entries = [
            {
                "entry_id": entry["entry_id"],
                "candidate_id": account["candidate_id"],
                "application_id": entry["application_id"],
                "received_ms": entry["received_ms"],
                "refused": refusals.get(entry["entry_id"], ""),
            }
            for entry, account in told.entries
        ]
        return {**_voucher(told), "entries": entries}

    def issue(
        self,
        *,
        areas: Sequence[str],
        recipient: str,
        candidate: str | None,
        table: bytes | None,
        enter_by: date | None,
        who: str,
        why: str,
    ) -> Sequence[Told]:
        """Issue one, or one for each line of a table; their codes are told this once."""
        one = (Recipient(name=recipient, candidate_id=candidate),)
        recipients = one if table is None else read_recipients(table)
        chosen = [ContentArea(area) for area in areas]
        issued = self._academy.vouchers.issue(recipients, chosen, enter_by=enter_by, who=who, why=why)
        return [{**asdict(each), "areas": list(map(str, each.areas))} for each in issued]

    def extend(self, voucher: str, days: int, *, who: str, why: str) -> None:
        """More days."""
        self._academy.vouchers.extend(voucher, days, who=who, by=who, why=why)

    def refund(self, voucher: str, *, who: str, why: str) -> None:
        """Worth nothing any more."""
        self._academy.vouchers.refund(voucher, who=who, by=who, why=why)

    def settle(self, voucher: str, *, who: str, why: str) -> None:
        """Somebody saw to one that was entered twice."""
        self._academy.vouchers.settle(voucher, who=who, why=why)


class FileDesk:
    """Files that candidates sent."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def all(self, account: str) -> Sequence[Told]:
        """What an account's documents name, and whether it is here."""
        account_id = self._id(account)
        return [
            {
                "sha256": one.named.file.sha256,
                "name": one.named.file.name,
                "kind": one.kind,
                "size_bytes": one.named.file.size_bytes,
                "state": one.state,
                "proves": f"{one.named.kind} {one.named.about}",
            }
            for one in self._academy.files.shown(account_id, self._academy.portfolios.papers(account_id))
        ]

    def open(self, account: str, sha256: str, *, who: str) -> tuple[bytes, str]:
        """A file, and what it is by its first bytes."""
        found = self._academy.files.open(self._id(account), sha256, who=who)
        return found.content, found.kind

    def let_go(self, account: str, sha256: str, *, who: str, why: str) -> None:
        """Let a file go."""
        self._academy.files.let_go(self._id(account), sha256, who=who, why=why)

    def let_go_old(self) -> int:
        """Let go what was kept long enough, and what a killed process left; how many."""
        return self._academy.files.let_go_old() + self._academy.files.sweep()

    def _id(self, account: str) -> str:
        account_id: str = self._academy.portfolios.find(account)["account_id"]
        return account_id


class AppealDesk:
    """Appeals."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def all(self, state: str) -> Sequence[Told]:
        """Those that stand so, or all."""
        where: dict[str, Any] = {"state": state} if state else {}
        found, _ = self._academy.tables.page(APPEAL, order="received_ms", most=MOST, **where)
        return [_appeal(row) for row in found]

    def show(self, appeal: str) -> Told:
        """One."""
        told = self._academy.appeals.tell(appeal)
        return {**_appeal(told.row), "candidate_id": told.account["candidate_id"], "words": told.document.words}

    def attach(self, appeal: str) -> bytes | None:
        """The sitting it is about; None where none is attached."""
        return self._academy.appeals.attach(appeal)

    def decide(self, appeal: str, *, is_granted: bool, reason: str, who: str) -> None:
        """Grant or refuse it."""
        self._academy.appeals.decide(appeal, is_granted=is_granted, reason=reason, who=who, by=who)


class AuditDesk:
    """The audit's samples, and the trail."""

    def __init__(self, academy: Academy) -> None:
        self._academy = academy

    def samples(self) -> Sequence[Told]:
        """Every sample."""
        return [_sample(one) for one in self._academy.sampling.all()]

    def draw(self, *, percent: int, since_ms: int, until_ms: int, seed: str, who: str, why: str) -> Told:
        """One more."""
        return _sample(
            self._academy.sampling.make(
                percent=percent, since_ms=since_ms, until_ms=until_ms, seed=seed, who=who, why=why
            )
        )

    def trail(self, text: str, most: int) -> Sequence[Told]:
        """What was changed, the last first."""
        return [asdict(step) for step in self._academy.tables.trail(about=text, most=most)]

    def check(self) -> Told:
        """Whether the trail's links hold."""
        return asdict(self._academy.tables.check_trail())


def _plain(row: Row, *names: str) -> Told:
    return {name: row[name] for name in names}


def _application(row: Row) -> Told:
    told = _plain(row, "application_id", "state", "received_ms", "decided_ms", "decided_by", "is_sampled")
    return {**told, "areas": row["areas"].split(), "approved": row["approved"].split()}


def _voucher(told: ToldVoucher) -> Told:
    window = told.life.window
    return {
        **_plain(told.row, "voucher_id", "recipient", "batch", "issued_ms"),
        "areas": told.row["areas"].split(),
        "state": str(told.life.state),
        "first": None if window is None else window.first.isoformat(),
        "last": None if window is None else window.last.isoformat(),
        "is_doubled": told.is_doubled,
    }


def _appeal(row: Row) -> Told:
    return _plain(row, "appeal_id", "ground", "about", "state", "received_ms", "refusal", "decided_ms", "decided_by")


def _sample(one: Sample) -> Told:
    return {**asdict(one), "is_right": one.is_right}
