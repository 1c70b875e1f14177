"""Ana applies, three colleagues are named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.peers.pages import COOKIE
from pocus_desktop.hub.peers.people import About, Person
from pocus_desktop.hub.web.app import DEFAULT_POLICY, Policy, create_app
from pocus_desktop.hub.work import Worker
from pocus_desktop.programme.peers.policy import DAY_MS
from pocus_desktop.programme.peers.questionnaire import Questionnaire, Section
from pocus_desktop.programme.peers.questionnaire_files import shipped
from pocus_desktop.sync.asgi import InProcessTransport
from tests.hub.peers.postbox import Postbox
from tests.hub.school import School

ANA: Final = "Dr Ana Roe"
LUNG: Final = shipped().named("lung-1")
BEN: Final = "ben@hospital.example"
CLARA: Final = "clara@clinic.example"
DAVID: Final = "david@hospital.example"
YOU: Final = {
    "identity": "yes",
    "background": "yes",
    "relationship": "supervised",
    "seen": "more",
    "last-seen": "half-year",
    "interest": "none",
}


def people() -> list[Person]:
    return [
        Person(name="Dr Ben Okoye", email=BEN, background="Emergency physician, ultrasound lead"),
        Person(name="Dra. Clara Núñez", email=CLARA, background="Médica intensivista", language="es"),
        Person(name="David Stein", email=DAVID, background="Sonographer"),
    ]


@dataclass
class World:
    """An academy's hub with a mail server."""

    school: School
    hub: Hub
    postbox: Postbox

    @property
    def now_ms(self) -> int:
        return self.school.clock.read().wall_ms

    def about(self, **changes: Any) -> About:
        told: dict[str, Any] = {
            "application_id": "app_0123456789abcdefghij",
            "candidate_id": "C-17",
            "candidate_name": ANA,
            "candidate_email": "ana@hospital.example",
            "area": ContentArea.LUNG,
            "closes_ms": self.now_ms + 180 * DAY_MS,
        }
        return About(**{**told, **changes})

    def nominate(self, *named: Person, **changes: Any) -> str:
        return self.hub.peers.desk.nominate(self.about(**changes), named or people(), who="ada")

    def invite(self, *named: Person, **changes: Any) -> str:
        """Nominate, and send what is due."""
        panel_id = self.nominate(*named, **changes)
        self.hub.peers.look_after()
        self.hub.peers.post.send_due()
        return panel_id

    def run_due(self) -> None:
        """What a hub does by itself; with PostgreSQL a worker sends."""
        self.hub.peers.run_due()
        if self.school.database_url is not None:
            Worker(self.hub).drain()

    def pass_days(self, days: float) -> None:
        self.school.clock.advance(ms=round(days * DAY_MS))

    def token(self, address: str = BEN) -> str:
        return self.postbox.tokens(address)[-1]

    def client(self, policy: Policy = DEFAULT_POLICY, peer: str = "192.0.2.7") -> httpx2.Client:
        app = create_app(self.hub, policy=policy)

        async def from_there(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "client": (peer, 4711)}, receive, send)

        return httpx2.Client(transport=InProcessTransport(from_there), base_url="https://hub.example.org")

    def browser(self, address: str = BEN, **options: Any) -> "Browsing":
        """A browser without scripts that has begun by the newest message."""
        return Browsing.begun(self.client(**options), self.token(address))


@dataclass
class Browsing:
    """What a browser does with the pages: cookies, forms as they were shown."""

    client: httpx2.Client

    @classmethod
    def begun(cls, client: httpx2.Client, token: str, language: str = "en") -> "Browsing":
        client.get(f"/peer/{token}")
        answer = client.post("/peer/begin", data={"token": token, "language": language})
        assert answer.status_code == 303, answer.text
        assert COOKIE in answer.headers["set-cookie"]
        return cls(client)

    def look(self, path: str) -> str:
        answer = self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of a page."""
        return hidden(self.look(path))

    def save(self, section: Section, said: Mapping[str, str], **changes: str) -> httpx2.Response:
        form = {**self.hidden(f"/peer/part/{section.id}"), "_go": "next"}
        asked = {question.id for question in section.question}
        form |= {name: answer for name, answer in said.items() if name in asked}
        return self.client.post(f"/peer/part/{section.id}", data={**form, **changes})

    def save_all(self, said: Mapping[str, str]) -> None:
        for section in LUNG.sections:
            assert self.save(section, said).status_code == 303

    def send(self) -> httpx2.Response:
        return self.client.post("/peer/send", data=self.hidden("/peer/review"))


def hidden(page: str) -> dict[str, str]:
    return {
        name: value
        for name, value in re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page)
        if name in {"csrf", "_shown"}
    }


def everything(step: int | str = 4, questionnaire: Questionnaire = LUNG, **changed: str) -> dict[str, str]:
    """An answer to everything."""
    said = YOU | {question.id: str(step) for question in questionnaire.rated()} | {"concern": "no"}
    return said | {name.replace("_", "-"): value for name, value in changed.items()}
