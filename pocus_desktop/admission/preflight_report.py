"""The report of a preflight: findings, each with its remedy, in words, as JSON, and signed by its station.

A centre files it. It names admissions, bundles and keys by their ids; never a candidate.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pocus_desktop.admission.shape import first_fault
from pocus_desktop.crypto import dsse
from pocus_desktop.crypto.keys import PublicKey, SigningKey
from pocus_desktop.kernel import canonical, words
from pocus_desktop.kernel.clock import LATEST_MS
from pocus_desktop.kernel.errors import Blame, PocusError, Safe

PAYLOAD_TYPE: Final = "application/vnd.pocus.preflight.v1+json"
FORMAT: Final = 1

Level: TypeAlias = Literal["ok", "note", "problem"]
"""In order; worth knowing; to be mended before the day."""

STATION: Final = "station"
"""The subject of a finding that concerns the computer itself."""


class BadReportError(PocusError):
    """A signed report does not say what a report must say."""

    code = "sitting.bad_preflight_report"
    blame = Blame.CONTENT


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")


class Check(_Part):
    """One finding.

    Attributes:
        subject: `station`, or the id of the admission or allowance that it concerns.
        code: Of the words `preflight.CODE`, or of an error.
        params: What the words name; safe to log.
    """

    subject: str
    level: Level
    code: str = Field(min_length=1)
    params: dict[str, Safe] = {}

    @classmethod
    def of(cls, subject: str, error: PocusError, *, level: Level = "problem") -> "Check":
        """What an error means for the day."""
        return cls(subject=subject, level=level, code=error.code, params=dict(error.params))

    def explain(self, language: str = words.SOURCE_LANGUAGE) -> words.Explanation:
        """What was found, and what to do; the latter empty where nothing is to be done."""
        stem = f"preflight.{self.code}"
        if not words.has(f"{stem}.what"):
            return words.explain(self.code, self.params, language)
        remedy = words.say(f"{stem}.next", language, **self.params) if words.has(f"{stem}.next") else ""
        return words.Explanation(what=words.say(f"{stem}.what", language, **self.params), next=remedy)


class Report(_Part):
    """What a preflight found.

    Attributes:
        made_at_ms: When, in milliseconds since the Unix epoch.
        station: The id of the station's sealing key.
        day: The day that was asked about, such as `2027-03-01`; empty for everything that is here.
        application: The program's version.
    """

    format: Literal[1] = 1
    made_at_ms: int = Field(ge=0, le=LATEST_MS)
    station: str
    day: str = ""
    application: str
    checks: tuple[Check, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be mended."""
        return all(check.level != "problem" for check in self.checks)

    def subjects(self) -> tuple[str, ...]:
        """What findings are about, the station first."""
        return tuple(dict.fromkeys((STATION, *(check.subject for check in self.checks))))

    def text(self, language: str = words.SOURCE_LANGUAGE) -> str:
        """The report on paper: what is wrong first, then everything, by subject."""
        made = f"{datetime.fromtimestamp(self.made_at_ms / 1000, tz=UTC):%Y-%m-%d %H:%M} UTC"
        verdict = words.say(f"preflight.{'ready' if self.is_ready else 'not_ready'}", language)
        lines = [words.say("preflight.title", language, day=self.day or "—", made=made), verdict, ""]
        for subject in self.subjects():
            name = words.say("preflight.station", language) if subject == STATION else subject
            lines.append(name)
            ranked = sorted((each for each in self.checks if each.subject == subject), key=_rank)
            for check in ranked:
                told = check.explain(language)
                lines.append(f"  [{words.say(f'preflight.{check.level}', language)}] {told.what}")
                if told.next and check.level != "ok":
                    lines.append(f"      {told.next}  [{check.code}]")
            lines.append("")
        lines.append(words.say("preflight.foot", language, station=self.station, application=self.application))
        return "\n".join(lines) + "\n"


def sign(report: Report, key: SigningKey) -> bytes:
    """The report in an envelope of its station."""
    return dsse.sign(PAYLOAD_TYPE, canonical.encode(report.model_dump(mode="json")), [key]).to_bytes()


def read(envelope: bytes, keys: Iterable[PublicKey]) -> Report:
    """A report that one of these stations signed.

    Raises:
        PocusError: `crypto.*`: it is no envelope, of another type, or signed by none of them.
        BadReportError: It says something else.
    """
    signed = dsse.Envelope.parse(envelope)
    dsse.verify(signed, payload_type=PAYLOAD_TYPE, keys=keys)
    try:
        return Report.model_validate(canonical.decode(signed.payload))
    except canonical.BadJsonError as problem:
        raise BadReportError(reason="it is not JSON") from problem
    except ValidationError as problem:
        raise BadReportError(reason=first_fault(problem)) from problem


def _rank(check: Check) -> int:
    return ("problem", "note", "ok").index(check.level)
