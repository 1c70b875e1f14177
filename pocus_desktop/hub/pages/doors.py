"""All pages of a hub for staff, as doors."""

from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.pages.accounts import AccountPages
from pocus_desktop.hub.pages.applying import ApplyingPages
from pocus_desktop.hub.pages.auditing import AuditingPages
from pocus_desktop.hub.pages.certifying import CertifyingPages
from pocus_desktop.hub.pages.evaluating import EvaluatingPages
from pocus_desktop.hub.pages.files import FilePages
from pocus_desktop.hub.pages.hearing import HearingPages
from pocus_desktop.hub.pages.paying import PayingPages
from pocus_desktop.hub.pages.people import PeoplePages
from pocus_desktop.hub.pages.provided import CALLBACK, ProvidedPages
from pocus_desktop.hub.pages.queue import QueuePages
from pocus_desktop.hub.pages.reliving import RelivingPages
from pocus_desktop.hub.pages.signing_in import SigningIn
from pocus_desktop.hub.pages.visit import StaffDoors
from pocus_desktop.hub.pages.waiting import Waiting
from pocus_desktop.hub.staff.oidc import Provider, SignInByProvider
from pocus_desktop.hub.web.doors import Door
from pocus_desktop.hub.web.guard import Guard


def staff_doors(hub: Hub, guard: Guard, *, stall_s: float, provider: Provider | None = None) -> list[Door]:
    """The pages.

    Args:
        hub: Whose staff.
        guard: Counts who asks.
        stall_s: How long a form may stand still on its way, in seconds.
        provider: Who vouches for staff beside the hub's own accounts; nobody where omitted.
    """
    asked = None if provider is None else SignInByProvider(provider, callback=CALLBACK)
    doors = StaffDoors(hub.staff, guard, stall_s=stall_s)
    people = PeoplePages(doors, hub.academy, hub.registry)
    return [
        *SigningIn(doors, provider="" if asked is None else asked.name).routes(),
        *ProvidedPages(doors, asked, hub.clock).routes(),
        *QueuePages(doors, Waiting(hub.academy, hub.peers, hub.clock)).routes(),
        *people.routes(),
        *FilePages(doors, hub.academy, people).routes(),
        *ApplyingPages(doors, hub.academy).routes(),
        *PayingPages(doors, hub.academy).routes(),
        *EvaluatingPages(doors, hub.academy, hub.peers).routes(),
        *CertifyingPages(doors, hub.certificates, hub.academy).routes(),
        *HearingPages(doors, hub.academy).routes(),
        *RelivingPages(doors, hub.academy).routes(),
        *AuditingPages(doors, hub.academy).routes(),
        *AccountPages(doors).routes(),
    ]
