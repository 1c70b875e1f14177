"""Where an assessment is sat: here and now, at a centre, or why not yet (formats/programme 13). Pure.

Each area that was applied for gets one answer; the first of these that holds decides:

1. The application is not decided, or refused and can be appealed, or an appeal against that is not refused.
2. A sitting was begun on this computer: it goes on, whatever is over since.
3. No voucher was entered, or its window is over.
4. Of the admissions that are known, the one that leads furthest: here and now, at a centre, at another computer, here
   later; here with something in the way, or not here; over; withdrawn.
5. It was handed in, or not passed; else nobody has admitted yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pocus_desktop.admission.admission import Admission, same_candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.kernel import words
from pocus_desktop.kernel.errors import PocusError, Safe
from pocus_desktop.kernel.words import Explanation
from pocus_desktop.programme.answer import day_spoken, spoken
from pocus_desktop.programme.appealing import appeal_until, day_decided
from pocus_desktop.programme.days import local_day
from pocus_desktop.programme.documents.academy import AdmissionNotice
from pocus_desktop.programme.documents.candidate import Application
from pocus_desktop.programme.next_steps import enter_by, refused_entries, window_for
from pocus_desktop.programme.portfolio import Portfolio
from pocus_desktop.programme.result import best_result, certified_since, decision_on, passes, results_of
from pocus_desktop.programme.rules.choose import Rules
from pocus_desktop.programme.voucher import Life, Window

Stage: TypeAlias = Literal["new", "begun", "handed-in"]


class Way(StrEnum):
    """What can be done."""

    NOW = "now"
    ELSEWHERE = "elsewhere"
    NOT_YET = "not-yet"


_FIRST: Final = (Way.NOW, Way.ELSEWHERE, Way.NOT_YET)
"""What can be done is told first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is in the way on this computer, by the code of an error: two of the same are equal."""

    code: str
    params: Mapping[str, Safe] = field(default_factory=dict)

    @classmethod
    def of(cls, error: PocusError) -> "Refusal":
        """That of an error."""
        return cls(code=error.code, params=dict(error.params))

    def explain(self, language: str = words.SOURCE_LANGUAGE) -> Explanation:
        """What is so, and what to do; days in words, ids as they are."""
        params = {name: day_spoken(value, language) for name, value in self.params.items()}
        return words.explain(self.code, params, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """An admission on this computer, verified, and how it stands here.

    Attributes:
        area: Of its assessment; None where that is not in the library.
        titles: Of the assessment, by language.
        refusal: What is in the way, at the moment at which the sitting may begin; None for nothing.
        needs_words: Whether the words for the day are asked for when it is sat.
    """

    admission: Admission
    area: ContentArea | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    stage: Stage = "new"
    refusal: Refusal | None = None
    needs_words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisComputer:
    """What can be sat on this computer.

    Attributes:
        station_id: The id of its sealing key, where it is known.
        refusal: Why nothing can be sat here at all; None where something can.
    """

    station_id: str | None = None
    here: tuple[Here, ...] = ()
    refusal: Refusal | None = None


NO_STATION: Final = ThisComputer(refusal=Refusal(code="sitting.not_enrolled", params={"file": "trust.json"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class SittingPlace:
    """The answer for an area.

    Attributes:
        code: Names the words, `programme.sit.<code>`.
        first: From which day on, where that is still to come.
        by: The last day for it; None where there is none.
        admission_id: What is sat, where it is known.
        titles: Of the assessment, by language.
        refusal: What is in the way; its words are told in place of those of `code`.
    """

    area: ContentArea
    way: Way
    code: str
    params: Mapping[str, Safe] = field(default_factory=dict)
    first: date | None = None
    by: date | None = None
    admission_id: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal | None = None

    def title(self, language: str) -> str:
        """The assessment by its name; empty where it is not known."""
        return (
            self.titles.get(language) or self.titles.get(words.SOURCE_LANGUAGE) or next(iter(self.titles.values()), "")
        )

    def explain(self, language: str = words.SOURCE_LANGUAGE) -> Explanation:
        """What is so, and what to do."""
        if self.refusal is not None:
            return self.refusal.explain(language)
        params = {name: spoken(value, language) for name, value in self.params.items()}
        stem = f"programme.sit.{self.code}"
        return Explanation(
            what=words.say(f"{stem}.what", language, **params), next=words.say(f"{stem}.next", language, **params)
        )

    def as_json(self, language: str = words.SOURCE_LANGUAGE) -> dict[str, object]:
        """As a program reads it."""
        told = self.explain(language)
        return {
            "area": str(self.area),
            "way": str(self.way),
            "code": self.refusal.code if self.refusal is not None else self.code,
            "from": self.first.isoformat() if self.first is not None else None,
            "by": self.by.isoformat() if self.by is not None else None,
            "admission": self.admission_id or None,
            "title": self.title(language) or None,
            "what": told.what,
            "next": told.next,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an admission: by the academy's notice, by its file here, or both."""

    admission_id: str
    here: Here | None
    notice: AdmissionNotice | None

    @property
    def area(self) -> ContentArea | None:
        said = self.notice.area if self.notice is not None else None
        return said or (self.here.area if self.here is not None else None)

    @property
    def centre_id(self) -> str | None:
        return self._says.centre_id

    @property
    def station(self) -> str | None:
        return self._says.station

    @property
    def not_before_ms(self) -> int | None:
        return self.here.admission.window.not_before_ms if self.here is not None else self._notice.not_before_ms

    @property
    def not_after_ms(self) -> int | None:
        return self.here.admission.window.not_after_ms if self.here is not None else self._notice.not_after_ms

    @property
    def is_sat(self) -> bool:
        was_sat = self.notice is not None and self.notice.state == "sat"
        return was_sat or (self.here is not None and self.here.stage == "handed-in")

    @property
    def _says(self) -> Admission | AdmissionNotice:
        return self.here.admission if self.here is not None else self._notice

    @property
    def _notice(self) -> AdmissionNotice:
        assert self.notice is not None  # noqa: S101 - else it would not be known
        return self.notice


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked, for one area of one application."""

    portfolio: Portfolio
    application: Application
    area: ContentArea
    window: Window
    computer: ThisComputer
    now_ms: int

    def place(self, way: Way, code: str, known: _Known | None = None, **fields: object) -> SittingPlace:
        """An answer, with what is known of the admission."""
        said: dict[str, object] = {"by": self.window.last}
        if known is not None:
            said["admission_id"] = known.admission_id
            said["by"] = min(self.window.last, self._day(known.not_after_ms) or self.window.last)
            begins = self._day(known.not_before_ms)
            if known.not_before_ms is not None and known.not_before_ms > self.now_ms:
                said["first"] = begins
            if known.here is not None:
                said["titles"] = known.here.titles
        return SittingPlace(area=self.area, way=way, code=code, **(said | fields))  # type: ignore[arg-type]

    def _day(self, wall_ms: int | None) -> date | None:
        return None if wall_ms is None else local_day(wall_ms, self.portfolio.zone)


def places(
    portfolio: Portfolio, rules: Rules, now_ms: int, lives: Sequence[Life], computer: ThisComputer = NO_STATION
) -> tuple[SittingPlace, ...]:
    """For each area that was applied for and is not through: where it is sat, or why not yet.

    Args:
        portfolio: What is known of the candidate.
        rules: The book.
        now_ms: Never earlier than the latest moment that was seen.
        lives: How the vouchers stand.
        computer: What can be sat here.

    Raises:
        NoRuleError: Nothing was in force on the day of a sitting.
    """
    found: dict[ContentArea, SittingPlace] = {}
    for application in sorted(portfolio.applications, key=lambda one: (one.made_at_ms, one.application_id)):
        for area in () if application.is_withdrawn else application.areas:
            place = _place(portfolio, application, area, rules, now_ms, lives, computer)
            found.pop(area, None)  # the last application counts, also where nothing is to be sat for it any more
            if place is not None:
                found[area] = place
    order = {area: at for at, area in enumerate(ContentArea)}
    return tuple(sorted(found.values(), key=lambda one: (_FIRST.index(one.way), order[one.area])))


def _place(
    portfolio: Portfolio,
    application: Application,
    area: ContentArea,
    rules: Rules,
    now_ms: int,
    lives: Sequence[Life],
    computer: ThisComputer,
) -> SittingPlace | None:
    """The answer; None where nothing is to be sat any more."""
    if certified_since(portfolio, application, area) is not None:
        return None
    decided = decision_on(portfolio.decisions, application.application_id, area)
    if decided is None:
        return SittingPlace(area=area, way=Way.NOT_YET, code="decision")
    if not decided[1].is_approved:
        last = appeal_until(day_decided(decided[0], portfolio.zone), rules)
        appeal = next((one for one in portfolio.appeals if one.about == decided[0].decision_id), None)
        if appeal is not None:
            heard = next((one for one in portfolio.appeal_decisions if one.appeal_id == appeal.appeal_id), None)
            is_over = heard is not None and not heard.is_granted
            return None if is_over else SittingPlace(area=area, way=Way.NOT_YET, code="appealed")
        is_over = local_day(now_ms, portfolio.zone) > last
        said = {"day": last.isoformat()}
        return None if is_over else SittingPlace(area=area, way=Way.NOT_YET, code="refused", params=said)
    window = window_for(lives, application.application_id, area, now_ms)
    if window is None:
        refusal = next((Refusal.of(one) for one in refused_entries(lives, portfolio, application)), None)
        return SittingPlace(area=area, way=Way.NOT_YET, code="voucher", by=enter_by(lives, area), refusal=refusal)
    asked = _Asked(
        portfolio=portfolio, application=application, area=area, window=window, computer=computer, now_ms=now_ms
    )
    best = best_result(results_of(portfolio.results, application, area), window, rules)
    if best is not None and passes(best, rules):
        return None
    known = tuple(_known(portfolio, application, area, computer))
    begun = next((one for one in known if one.here is not None and one.here.stage == "begun"), None)
    if begun is not None and begun.here is not None:
        if begun.here.refusal is not None:
            return asked.place(Way.NOT_YET, "in-the-way", begun, refusal=begun.here.refusal)
        return asked.place(Way.NOW, "go-on", begun, params=_who(application))
    if now_ms >= window.ends_at_ms:
        return asked.place(Way.NOT_YET, "window-over", params={"day": window.last.isoformat()})
    rated = [_rated(asked, one) for one in known if not one.is_sat]
    if rated:
        return min(rated, key=lambda one: (one[0], one[1].admission_id))[1]
    sat = [one for one in known if one.is_sat]
    # admissions name no application: they are held against the results of every one
    if len(sat) > sum(one.area == area and _is_of(one.candidate_id, application) for one in portfolio.results):
        return asked.place(Way.NOT_YET, "handed-in", sat[-1], by=None)
    if best is not None:
        return asked.place(Way.NOT_YET, "not-passed")
    unknown = [one for one in _mine(computer, application) if one.area is None]
    if unknown and unknown[0].refusal is not None:
        return asked.place(Way.NOT_YET, "in-the-way", refusal=unknown[0].refusal)
    return asked.place(Way.NOT_YET, "no-admission")


def _known(
    portfolio: Portfolio, application: Application, area: ContentArea, computer: ThisComputer
) -> Iterator[_Known]:
    """The admissions of an area, in the order of their attempts."""
    notices = {one.admission_id: one for one in portfolio.admissions if _is_of(one.candidate_id, application)}
    here = {one.admission.admission_id: one for one in _mine(computer, application)}
    every = [
        _Known(admission_id=name, here=here.get(name), notice=notices.get(name)) for name in sorted({*notices, *here})
    ]
    yield from (one for one in every if one.area == area)


def _mine(computer: ThisComputer, application: Application) -> tuple[Here, ...]:
    """Of the admissions here, those of this candidate that count: others may have theirs on the same computer."""
    return tuple(
        one
        for one in computer.here
        if one.admission.mode is Mode.LIVE and _is_of(one.admission.candidate.id, application)
    )


def _is_of(candidate_id: str, application: Application) -> bool:
    return same_candidate(candidate_id, application.candidate_id)


def _rated(asked: _Asked, known: _Known) -> tuple[int, SittingPlace]:
    """Rule 4: an answer, and how far it leads; 0 is furthest."""
    here, notice, computer, who = known.here, known.notice, asked.computer, _who(asked.application)
    if notice is not None and notice.state == "withdrawn":
        return 7, asked.place(Way.NOT_YET, "withdrawn")
    if known.not_after_ms is not None and known.not_after_ms < asked.now_ms:
        return 6, asked.place(Way.NOT_YET, "ended")
    if here is not None and here.refusal is None:
        if known.not_before_ms is not None and known.not_before_ms > asked.now_ms:
            return 3, asked.place(Way.NOT_YET, "later", known)
        return 0, asked.place(Way.NOW, "now-with-words" if here.needs_words else "now", known, params=who)
    if known.centre_id is not None:
        name = notice.centre_name if notice is not None and notice.centre_name else known.centre_id
        return 1, asked.place(Way.ELSEWHERE, "centre", known, params={**who, "centre": name})
    if known.station is not None and known.station != computer.station_id:
        return 2, asked.place(Way.ELSEWHERE, "station", known, params={**who, "station": known.station})
    if here is not None:
        return 4, asked.place(Way.NOT_YET, "in-the-way", known, refusal=here.refusal)
    if computer.refusal is not None:
        return 5, asked.place(Way.NOT_YET, "in-the-way", known, refusal=computer.refusal)
    return 5, asked.place(Way.NOT_YET, "not-here", known)


def _who(application: Application) -> Mapping[str, Safe]:
    return MappingProxyType({"number": application.candidate_id})
