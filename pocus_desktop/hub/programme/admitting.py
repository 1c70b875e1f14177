"""From an approved application to an admission: an area, a voucher that pays for it, and its open window.

What is admitted is otherwise as everywhere (`hub.registry.admissions`): the rules of the assessment, the person's
accommodations, a station or centre where it shall be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pocus_desktop.admission.admission import Window as AdmissionWindow
from pocus_desktop.admission.forms import Form
from pocus_desktop.admission.mode import Mode
from pocus_desktop.admission.records import Admitted, Order
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.programme.applications import Applications, ApplicationState
from pocus_desktop.hub.programme.errors import NotAdmittableError
from pocus_desktop.hub.programme.vouchers import Vouchers
from pocus_desktop.hub.registry.admissions import Admissions
from pocus_desktop.hub.registry.store import RegistryStore
from pocus_desktop.kernel.clock import Clock
from pocus_desktop.programme.voucher import Window

AreaOf = Callable[[str, int], ContentArea | None]
"""The area of a bundle in a version; None where the hub does not know the bundle."""

_MODE: Final = Mode.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionOrder:
    """What is to be sat of an application.

    Attributes:
        bundle_id: The assessment.
        station: The only station, or None.
        centre_id: The only centre, or None.
    """

    application_id: str
    area: ContentArea
    bundle_id: str
    minimum_version: int
    station: str | None = None
    centre_id: str | None = None


class Admitting:
    """The desk; any thread may call."""

    def __init__(
        self,
        store: RegistryStore,
        applications: Applications,
        vouchers: Vouchers,
        admissions: Admissions,
        clock: Clock,
        *,
        area_of: AreaOf,
    ) -> None:
        self._store = store
        self._applications = applications
        self._vouchers = vouchers
        self._admissions = admissions
        self._clock = clock
        self._area_of = area_of

    def window(self, application_id: str, area: ContentArea) -> Window | None:
        """The open window in which an area of an application may be sat; None where there is none."""
        now_ms = self._clock.read().wall_ms
        for told in self._vouchers.of_application(application_id):
            window, voucher = told.life.window, told.life.voucher
            is_here = window is not None and window.application_id == application_id
            if window is None or voucher is None or not is_here or told.row["refunded_ms"] is not None:
                continue
            if area in voucher.areas and window.is_open(now_ms):
                return window
        return None

    def admit(self, order: AdmissionOrder, *, who: str, why: str = "") -> Admitted:
        """Admit to a sitting within the window.

        Raises:
            UnknownApplicationError: There is none.
            NotAdmittableError: Its `reason` says what is missing.
            PocusError: `registry.*`, `windows.*`: as admissions are refused.
        """
        judged = self._applications.judge(order.application_id)
        if judged.row["state"] == ApplicationState.WITHDRAWN:
            raise NotAdmittableError(reason="the application was withdrawn")
        if order.area not in judged.row["approved"].split():
            raise NotAdmittableError(reason="the area is not approved")
        window = self.window(order.application_id, order.area)
        if window is None:
            raise NotAdmittableError(reason="no voucher that pays for it has an open window")
        known = self._area_of(order.bundle_id, order.minimum_version)
        if known is not None and known != order.area:
            raise NotAdmittableError(reason="the assessment is of another area")
        return self._admissions.admit(
            Order(
                candidate_id=judged.account["candidate_id"],
                forms=(Form(bundle_id=order.bundle_id, minimum_version=order.minimum_version),),
                mode=_MODE,
                window=AdmissionWindow(not_before_ms=window.entered_at_ms, not_after_ms=window.ends_at_ms - 1),
                station=order.station,
                centre_id=order.centre_id,
                voucher_ms=window.entered_at_ms,
                zone=window.zone,
            ),
            who=who,
            why=why or f"application {order.application_id}",
        )
