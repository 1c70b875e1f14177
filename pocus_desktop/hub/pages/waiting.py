"""What waits for somebody of the staff: each kind with whose it is, since when, and until when where a rule says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pocus_desktop.admission.records import WalkInState
from pocus_desktop.hub.peers.peers import Peers
from pocus_desktop.hub.programme.academy import Academy
from pocus_desktop.hub.programme.appeals import RECEIVED
from pocus_desktop.hub.programme.store import APPEAL, APPLICATION, PORTFOLIO
from pocus_desktop.hub.registry.store import WALK_IN, Row
from pocus_desktop.kernel.clock import Clock

MOST: Final = 25
"""So many of a kind are listed; behind them stands how many there are."""

SOON_DAYS: Final = 14
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One that waits.

    Attributes:
        name: Whose it is.
        number: Their ID number, or whatever tells two of one name apart; empty where nothing does.
        to: The page where it is seen to; empty where a command does it.
        areas: Names of content areas, with blanks between; empty where it is about none.
        ground: Of an appeal; empty for all else.
        since_ms: Since when; None where nobody wrote that down.
        days: So many whole days.
        until: The last day; None where no rule sets one.
        urgency: `over` after that day, `soon` in the two weeks before, else empty.
    """

    name: str
    number: str
    to: str
    areas: str
    ground: str
    since_ms: int | None
    days: int
    until: date | None
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Everything of one kind, those that wait longest first.

    Attributes:
        name: Its words stand under `academy.queue`.
        things: At most `MOST`.
        total: How many there are.
        to: The list of all; empty where there is none.
    """

    name: str
    things: tuple[Thing, ...]
    total: int
    to: str


class Waiting:
    """Finds it; any thread may call."""

    def __init__(self, academy: Academy, peers: Peers, clock: Clock) -> None:
        self._academy = academy
        self._peers = peers
        self._clock = clock

    def all(self) -> tuple[Kind, ...]:
        """Each kind, also those of which nothing waits.

        Raises:
            StoreUnavailableError: The database does not answer.
        """
        return (
            self._applications(),
            self._evaluations(),
            self._certificates(),
            self._appeals(),
            self._doubled(),
            self._claims(),
            self._walk_ins(),
            self._mail(),
        )

    def _applications(self) -> Kind:
        rows, total = self._academy.tables.page(APPLICATION, state="received", order="received_ms", most=MOST)
        people = people_of(self._academy, rows)
        things = (
            self._thing(
                people[row["account_id"]],
                to=f"/staff/applications/{row['application_id']}",
                areas=row["areas"],
                since_ms=row["received_ms"],
                until=min(self._last_days(row["application_id"]), default=None),
            )
            for row in rows
        )
        return _kind("applications", things, total, "/staff/applications?state=received")

    def _last_days(self, application_id: str) -> Iterator[date]:
        """Of the windows that vouchers opened for an application."""
        for told in self._academy.vouchers.of_application(application_id):
            window = told.life.window
            if window is not None and window.application_id == application_id:
                yield window.last

    def _evaluations(self) -> Kind:
        ready = self._peers.desk.ready()
        things = (
            self._thing(
                (self._peers.desk.panel(one.panel_id).about.candidate_name, one.candidate_id),
                to=f"/staff/evaluators/{one.panel_id}",
                areas=str(one.area),
                since_ms=one.since_ms,
                until=_day(one.closes_ms - 1),
            )
            for one in ready[:MOST]
        )
        return _kind("evaluations", things, len(ready), "/staff/evaluators?state=undecided")

    def _certificates(self) -> Kind:
        awaited = self._academy.dues.awaiting()
        things = (
            self._thing(
                one.account,
                to=f"/staff/applications/{one.application_id}",
                areas=str(one.area),
                since_ms=one.since_ms,
            )
            for one in awaited[:MOST]
        )
        return _kind("certificates", things, len(awaited), "")

    def _appeals(self) -> Kind:
        rows, total = self._academy.tables.page(APPEAL, state=RECEIVED, order="received_ms", most=MOST)
        people = people_of(self._academy, rows)
        things = (
            self._thing(
                people[row["account_id"]],
                to=f"/staff/appeals/{row['appeal_id']}",
                ground=row["ground"],
                since_ms=row["received_ms"],
            )
            for row in rows
        )
        return _kind("appeals", things, total, "/staff/appeals?state=received")

    def _doubled(self) -> Kind:
        doubled = self._academy.vouchers.doubled()
        things = (
            self._thing(
                (told.row["recipient"], ", ".join(account["name"] for _, account in told.entries)),
                to=f"/staff/vouchers/{told.row['voucher_id']}",
                areas=told.row["areas"],
                since_ms=told.entries[1][0]["received_ms"],
                until=None if told.life.window is None else told.life.window.last,
            )
            for told in doubled[:MOST]
        )
        return _kind("doubled", things, len(doubled), "")

    def _claims(self) -> Kind:
        rows, total = self._academy.tables.page(PORTFOLIO, folded_id=None, order="first_ms", most=MOST)
        things = (
            self._thing(
                (row["name"], row["claimed_id"]),
                to=f"/staff/people/{row['account_id']}",
                since_ms=row["first_ms"],
            )
            for row in rows
        )
        return _kind("claims", things, total, "")

    def _walk_ins(self) -> Kind:
        rows, total = self._academy.tables.page(WALK_IN, state=WalkInState.WAITING, order="sitting", most=MOST)
        things = (self._thing((row["candidate_name"], f"{row['candidate_id']}, {row['sitting']}")) for row in rows)
        return _kind("walk_ins", things, total, "")

    def _mail(self) -> Kind:
        rows, total = self._peers.stuck(MOST)
        things = (
            self._thing(
                (self._peers.desk.panel(row["panel_id"]).about.candidate_name, row["candidate_id"]),
                to=f"/staff/evaluators/{row['panel_id']}",
                areas=row["area"],
                since_ms=row["changed_ms"],
                until=_day(row["closes_ms"] - 1),
            )
            for row in rows
        )
        return _kind("mail", things, total, "")

    def _thing(
        self,
        of: Row | tuple[str, str],
        *,
        to: str = "",
        areas: str = "",
        ground: str = "",
        since_ms: int | None = None,
        until: date | None = None,
    ) -> Thing:
        name, number = of if isinstance(of, tuple) else (of["name"], of["candidate_id"] or of["claimed_id"])
        now_ms = self._clock.read().wall_ms
        left = None if until is None else (until - _day(now_ms)).days
        return Thing(
            name=name,
            number=number,
            to=to,
            areas=areas,
            ground=ground,
            since_ms=since_ms,
            days=0 if since_ms is None else max(now_ms - since_ms, 0) // _DAY_MS,
            until=until,
            urgency="" if left is None or left > SOON_DAYS else "over" if left < 0 else "soon",
        )


def people_of(academy: Academy, rows: Iterable[Row]) -> dict[str, Row]:
    """The account of each row that has one, by its id."""
    found = academy.tables.look_among(PORTFOLIO, "account_id", {row["account_id"] for row in rows})
    return {row["account_id"]: row for row in found}


def _kind(name: str, things: Iterable[Thing], total: int, to: str) -> Kind:
    return Kind(name=name, things=tuple(things), total=total, to=to)


def _day(wall_ms: int) -> date:
    return datetime.fromtimestamp(wall_ms / 1000, tz=UTC).date()
