"""A hub with something on every page of the staff, and something awkward on most."""

from pocus_desktop.admission.admission import Candidate
from pocus_desktop.admission.mode import Mode
from pocus_desktop.case.models import ContentArea
from pocus_desktop.hub.hub import Hub
from pocus_desktop.hub.programme.applications import AreaChoice
from pocus_desktop.hub.programme.recipients import Recipient
from tests.hub.programme.applicant import Applicant, Sender
from tests.hub.school import School
from tests.hub.staff.people import employ

LONG = "María de los Ángeles Fernández-Etxeberria y Villanueva-Montesinos de la Concepción"
HOSTILE = "<script>document.title='ran'</script>"
BY = {"who": "dora", "by": "Dora Mora"}
LUNG, CARDIAC = ContentArea.LUNG, ContentArea.CARDIAC


def furnish(hub: Hub, school: School, *, many: int = 0) -> list[str]:
    """Fill it; the addresses of all pages to look at.

    Args:
        hub: An empty one.
        school: Whose it is.
        many: So many candidates more, for lists of several pages.
    """
    hub.registry.enrolments.set_terms(hub_url="https://hub.example.org")
    hub.certificates.set_issuer("Academy of Example", who="dora", why="named")
    for name in ("nina", "olga", "dora"):
        employ(hub, name, "auditor" if name == "nina" else "appeals-officer").sign_in()
    hub.staff.accounts.ask_release("olga", who="nina", why="phone lost")
    ana, eve = Sender(hub, name=f"Ana {HOSTILE}"), Applicant(hub, name=LONG).register()
    ana.register()
    for name, content in ((HOSTILE.replace("/", ""), b"%PDF-1"), (LONG, b"%PDF-2"), ("gone.pdf", b"%PDF-3")):
        digest = ana.prove(content, name)
        if name != LONG:
            ana.send_file(content)
    hub.academy.files.let_go(ana.account_id, digest, who="rex", why="she asked")
    hub.registry.candidates.add(candidate_id="C-17", name="Ana Ruiz", who="rex")
    claiming = Applicant(hub, name="Claudia", claims="C-17").register()
    for number in range(many):
        Applicant(hub, name=f"Candidate {number:02}").register().apply(how_many=1)
    decided, waiting, refused = ana.apply(), ana.apply(LUNG, CARDIAC, how_many=12), eve.apply(how_many=1)
    choice = AreaChoice(area=LUNG, is_approved=True, reason=f"as read {HOSTILE}")
    hub.academy.applications.decide(decided, [choice], **BY)
    hub.academy.applications.ask(waiting, "Please log eight cases more.", **BY)
    no = AreaChoice(area=LUNG, is_approved=False, reason="19 cases are missing")
    hub.academy.applications.decide(refused, [no], **BY)
    issue = hub.academy.vouchers.issue
    several = [Recipient(name=f"Department {number:02}") for number in range(many)]
    issued = issue([Recipient(name=LONG), *several], [LUNG, CARDIAC], who="rex", why="invoice 12")
    entry = ana.enter(issued[0].code, decided)
    eve.enter(issued[0].code, refused)
    hub.academy.sampling.make(
        percent=10, since_ms=0, until_ms=ana.now_ms + 1, seed="4 8 15", who="dora", why="the quarter"
    )
    sat = school.sit(mode=Mode.LIVE, candidate=Candidate(id=ana.number or "", display_name="Ana"))
    hub.take(sat.final)
    certificate = hub.certificates.issue(
        ana.number or "", sat.sitting, who="dora", why="passed", is_despite=True
    ).certificate
    appeals = [
        eve.appeal(refused),
        ana.appeal(sat.sitting, ground="technology", words=f"{HOSTILE}\n\nThe probe failed."),
    ]
    hub.academy.appeals.attach(appeals[1].appeal_id)
    odd = ana.appeal(decided, ground="dislike")
    return [
        "/staff",
        "/staff/people",
        f"/staff/people/{ana.account_id}",
        f"/staff/people/{claiming.account_id}",
        "/staff/applications",
        f"/staff/applications/{decided}",
        f"/staff/applications/{decided}/cases/lung",
        f"/staff/applications/{waiting}",
        "/staff/vouchers",
        "/staff/vouchers?q=there+is+none",
        "/staff/vouchers/new",
        f"/staff/vouchers/{entry.voucher_id}",
        "/staff/certificates",
        "/staff/certificates/new",
        f"/staff/certificates/{certificate.certificate_id}",
        "/staff/appeals",
        *(f"/staff/appeals/{one.appeal_id}" for one in (*appeals, odd)),
        f"/staff/appeals/{appeals[1].appeal_id}/sitting",
        "/staff/samples",
        "/staff/trail?check=1",
        "/staff/accounts",
        "/staff/accounts/olga",
        "/staff/me",
        "/staff/applications/none",
        f"/certificates/{certificate.certificate_id}",
        "/certificates/crt_none",
    ]
