"""The pages of evaluators: from the link in a message to the thanks (docs/formats/peer-evaluation 3).

    GET  /peer/{token}          who asks, and a button; looks nothing up
    POST /peer/begin            begins a session in this browser: the token leaves the address for good
    GET  /peer/part/{section}   questions; POST saves them
    GET  /peer/review           everything that was said, and what is lacking; POST /peer/send sends it
    GET  /peer/more             what was sent is thanked for, and the next questionnaire offered
    GET  /peer/decline          and POST
    POST /peer/language, /peer/leave
    GET  /peer/off/{token}      no more mail; POST does it, by one click of a mail program too (RFC 8058)

1. No page runs a script or needs one; no address but the first holds a secret, and no page tells where one came from.
2. A form of a session carries what only its own pages could give it; one of another site is refused.
3. What was wrong is said on a page of its own, in the reader's language.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pocus_desktop.hub.pages.errors import BadFormError, FieldTooLongError, ForgedFormError
from pocus_desktop.hub.pages.forms import CSRF, Form, read_form, require_same_site
from pocus_desktop.hub.pages.page import LANGUAGE_COOKIE, Page, language_of, page, see, shown
from pocus_desktop.hub.pages.templates import LANGUAGES
from pocus_desktop.hub.peers.answer_words import answer_told
from pocus_desktop.hub.peers.answering import Answering, Sheet
from pocus_desktop.hub.peers.errors import (
    ChangedElsewhereError,
    DeclinedAlreadyError,
    IncompleteError,
    NoLongerAskedError,
    SentAlreadyError,
    SignedOutError,
    UnknownLinkError,
    WindowOverError,
)
from pocus_desktop.hub.peers.part_page import part_html
from pocus_desktop.hub.web.gathering import Gathering
from pocus_desktop.hub.web.guard import Guard
from pocus_desktop.kernel.errors import PocusError
from pocus_desktop.programme.peers.answers import (
    Answers,
    Lacking,
    clean,
    lacking,
    never_scanned,
    save,
    sections_asked,
)
from pocus_desktop.programme.peers.evaluator import REASONS
from pocus_desktop.programme.peers.questionnaire import MOST_COMMENT_CHARACTERS, Comment, Section

COOKIE: Final = "__Host-pocus-peer"
ONE_CLICK: Final = "List-Unsubscribe"
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_YEAR_S: Final = 365 * 24 * 60 * 60
_ENDS: Final[Mapping[type[PocusError], str]] = {
    SentAlreadyError: "sent",
    DeclinedAlreadyError: "declined",
    NoLongerAskedError: "replaced",
    WindowOverError: "over",
    UnknownLinkError: "unknown",
    SignedOutError: "signed-out",
}


class EvaluatorPages:
    """The pages.

    Args:
        answering: What they do.
        guard: Counts strangers.
        stall_s: How long a sender may send next to nothing.
    """

    def __init__(self, answering: Answering, guard: Guard, *, stall_s: float) -> None:
        self._answering = answering
        self._asked: Gathering[str, Sheet] = Gathering(answering.sheets, name="peer-pages")
        self._guard = guard
        self._stall_s = stall_s

    def routes(self) -> list[Page]:
        """For the application; addresses with fixed names before the one with a token."""
        return [
            self._page("/peer/begin", self.begin, method="POST", counted="peer-begin"),
            self._page("/peer/questions", self.questions),
            self._page("/peer/part/{section}", self.part),
            self._page("/peer/part/{section}", self.save, method="POST"),
            self._page("/peer/review", self.review),
            self._page("/peer/send", self.send, method="POST"),
            self._page("/peer/decline", self.declining),
            self._page("/peer/decline", self.decline, method="POST"),
            self._page("/peer/thanks", self.thanks),
            self._page("/peer/more", self.more),
            self._page("/peer/language", self.language, method="POST"),
            self._page("/peer/leave", self.leave, method="POST"),
            self._page("/peer/off/{token}", self.offering_off, counted="peer-begin"),
            self._page("/peer/off/{token}", self.off, method="POST", counted="peer-begin"),
            self._page("/peer/{token}", self.landing),
        ]

    def _page(self, path: str, endpoint: object, *, method: str = "GET", counted: str = "peer") -> Page:
        return Page(
            path,
            endpoint,  # type: ignore[arg-type]  # bound methods of this class
            method=method,
            guard=self._guard,
            counted=counted,
            refusing=_ended,
        )

    async def landing(self, request: Request) -> Response:
        """The link of a message; whether it is one is not looked at before someone presses the button."""
        token = request.path_params["token"]
        if not _TOKEN.fullmatch(token):
            raise UnknownLinkError
        return _private(page(request, "peers/landing.html", token=token))

    async def begin(self, request: Request) -> Response:
        """Begin a session."""
        require_same_site(request)
        form = await read_form(request, "token", "language", stall_s=self._stall_s)
        token = form.fields.get("token", "")
        if not _TOKEN.fullmatch(token):
            raise UnknownLinkError
        secret = await run_in_threadpool(self._answering.begin, token)
        answer = _private(see("/peer/questions"))
        _signed_in(answer, secret)
        _remember_language(answer, form.fields.get("language", ""))
        return answer

    async def questions(self, request: Request) -> Response:
        """To the first part that lacks something, or the review."""
        _, sheet = await self._sheet(request)
        missing = lacking(sheet.questionnaire, sheet.answers)
        return see(f"/peer/part/{missing[0].section}" if missing else "/peer/review")

    async def part(self, request: Request) -> Response:
        """The questions of a part."""
        secret, sheet = await self._sheet(request)
        section = _section(request, sheet)
        return _part(request, secret, sheet, section, sheet.answers)

    async def save(self, request: Request) -> Response:
        """Save a part, and go where the button says."""
        secret, sheet = await self._sheet(request)
        section = _section(request, sheet)
        names = [question.id for question in section.question]
        form = await self._form(request, secret, "_shown", "_go", "_language", *names)
        for question in section.question:
            if isinstance(question, Comment) and len(clean(form.fields.get(question.id, ""), most=None)) > (
                MOST_COMMENT_CHARACTERS
            ):
                raise FieldTooLongError(field=question.id, limit=MOST_COMMENT_CHARACTERS)
        try:
            became = await run_in_threadpool(
                self._answering.save, sheet, section, form.fields, seen=form.fields.get("_shown", "")
            )
        except ChangedElsewhereError:
            _, now = await self._sheet(request)
            theirs = save(now.questionnaire, now.answers, section, form.fields)
            return _part(request, secret, now, section, theirs, seen=now.stamp(section), is_changed=True)
        language = form.fields.get("_language", "")
        if language in LANGUAGES:
            answer = see(f"/peer/part/{section.id}")
            _remember_language(answer, language)
            return answer
        return see(_next(sheet, section, became, form.fields.get("_go", "")))

    async def review(self, request: Request) -> Response:
        """Everything that was said."""
        secret, sheet = await self._sheet(request)
        return _review(request, secret, sheet)

    async def send(self, request: Request) -> Response:
        """Send it; this browser is signed out by that."""
        secret, sheet = await self._sheet(request)
        form = await self._form(request, secret, "_shown")
        try:
            await run_in_threadpool(self._answering.send, sheet, seen=form.fields.get("_shown", ""))
        except (ChangedElsewhereError, IncompleteError) as problem:
            _, now = await self._sheet(request)
            return _review(request, secret, now, problem=problem)
        return await self._goodbye(secret, sheet)

    async def declining(self, request: Request) -> Response:
        """Why they would rather not."""
        secret, sheet = await self._sheet(request)
        return page(request, "peers/decline.html", sheet=sheet, reasons=REASONS, csrf=_mark(secret))

    async def decline(self, request: Request) -> Response:
        """Decline."""
        secret, sheet = await self._sheet(request)
        form = await self._form(request, secret, "reason")
        given = form.fields.get("reason", "not-said")
        reason = next((one for one in REASONS if one == given), None)
        if reason is None:
            raise BadFormError(field="reason", reason="none of those that there are")
        await run_in_threadpool(self._answering.decline, sheet, reason)
        return await self._goodbye(secret, sheet)

    async def thanks(self, request: Request) -> Response:
        """Thanks, for everyone who comes here: nothing is told of anyone."""
        return page(request, "peers/end.html", end="thanks")

    async def more(self, request: Request) -> Response:
        """Thanks, and the next questionnaire."""
        _, sheet = await self._sheet(request)
        area = sheet.questionnaire.title.told(language_of(request))
        return page(request, "peers/end.html", end="more", candidate=sheet.candidate_name, area=area)

    async def language(self, request: Request) -> Response:
        """Another language, from here on."""
        require_same_site(request)
        form = await read_form(request, "language", "back", stall_s=self._stall_s)
        back = form.fields.get("back", "")
        answer = see(back if back in {"/peer/review", "/peer/decline", "/peer/thanks"} else "/peer/questions")
        _remember_language(answer, form.fields.get("language", ""))
        return answer

    async def leave(self, request: Request) -> Response:
        """Sign this browser out; what was saved stays."""
        secret, _ = await self._sheet(request)
        await self._form(request, secret)
        answer = page(request, "peers/end.html", end="left")
        await run_in_threadpool(self._answering.leave, secret)
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
        return answer

    async def offering_off(self, request: Request) -> Response:
        """The foot of a message: no more mail, for people who look first. Nothing is done by looking."""
        token = await self._off_token(request)
        return _private(page(request, "peers/off.html", token=token, is_done=False))

    async def off(self, request: Request) -> Response:
        """No more mail. It asks for no session: mail programs send it by themselves (RFC 8058)."""
        token = await self._off_token(request)
        form = await read_form(request, ONE_CLICK, "ever", stall_s=self._stall_s)
        is_ever = form.fields.get("ever", "") == "yes"
        await run_in_threadpool(self._answering.quiet, token, is_for_ever=is_ever)
        return _private(page(request, "peers/off.html", token=token, is_done=True, is_ever=is_ever))

    async def _off_token(self, request: Request) -> str:
        token: str = request.path_params["token"]
        if not _TOKEN.fullmatch(token) or not await run_in_threadpool(self._answering.known_off, token):
            raise UnknownLinkError
        return token

    async def _sheet(self, request: Request) -> tuple[str, Sheet]:
        secret = request.cookies.get(COOKIE, "")
        if not secret:
            raise SignedOutError
        return secret, await self._asked.take(secret)

    async def _form(self, request: Request, secret: str, *names: str) -> Form:
        """Rule 2."""
        require_same_site(request)
        form = await read_form(request, *names, stall_s=self._stall_s)
        if not hmac.compare_digest(form.fields.get(CSRF, "").encode(), _mark(secret).encode()):
            raise ForgedFormError
        return form

    async def _goodbye(self, secret: str, sheet: Sheet) -> Response:
        """Thanks, and this browser is signed out; or on to the next questionnaire of the same person."""
        fresh = await run_in_threadpool(self._answering.go_on, sheet, secret)
        if fresh:
            return _signed_in(see("/peer/more"), fresh)
        answer = see("/peer/thanks")
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict", path="/")
        return answer


def _part(
    request: Request,
    secret: str,
    sheet: Sheet,
    section: Section,
    answers: Answers,
    *,
    seen: str | None = None,
    is_changed: bool = False,
) -> Response:
    content = part_html(
        sheet,
        section,
        answers,
        language=language_of(request),
        seen=sheet.stamp(section) if seen is None else seen,
        csrf=_mark(secret),
        is_changed=is_changed,
    )
    return shown(content, status=409 if is_changed else 200)


def _review(request: Request, secret: str, sheet: Sheet, *, problem: PocusError | None = None) -> Response:
    language = language_of(request)
    sections = [
        (
            section,
            [
                (question, answer_told(sheet.questionnaire, question, sheet.answers.get(question.id, ""), language))
                for question in section.question
            ],
        )
        for section in sections_asked(sheet.questionnaire, sheet.answers)
    ]
    missing = lacking(sheet.questionnaire, sheet.answers)
    return page(
        request,
        "peers/review.html",
        status=200 if problem is None else 409,
        sheet=sheet,
        sections=sections,
        missing=[
            (first, section.title.told(language), count)
            for section, _ in sections
            for first, count in _first_of(missing, section)
        ],
        lacks={one.question for one in missing},
        is_never=never_scanned(sheet.questionnaire, sheet.answers),
        seen=sheet.stamp(),
        csrf=_mark(secret),
        problem=None if problem is None else problem.explain(language),
    )


def _first_of(missing: Sequence[Lacking], section: Section) -> list[tuple[Lacking, int]]:
    """The first question of a section that lacks an answer, and how many do; nothing where none does."""
    here = [one for one in missing if one.section == section.id]
    return [(here[0], len(here))] if here else []


def _section(request: Request, sheet: Sheet) -> Section:
    found = sheet.questionnaire.section(request.path_params["section"])
    if found is None:
        raise UnknownLinkError
    return found


def _next(sheet: Sheet, section: Section, answers: Answers, go: str) -> str:
    if go == "back":
        before = sheet.questionnaire.before(section)
        return f"/peer/part/{(before or section).id}"
    after = sheet.questionnaire.after(section)
    if after is None or go == "review" or never_scanned(sheet.questionnaire, answers):
        return "/peer/review"
    return f"/peer/part/{after.id}"


def _mark(secret: str) -> str:
    """What the forms of a session carry."""
    return hashlib.sha256(f"pocus peer form {secret}".encode()).hexdigest()


def _signed_in(answer: Response, secret: str) -> Response:
    answer.set_cookie(COOKIE, secret, secure=True, httponly=True, samesite="strict", path="/")
    return answer


def _remember_language(answer: Response, language: str) -> None:
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=_YEAR_S, secure=True, httponly=True, samesite="lax", path="/"
        )


def _private(answer: Response) -> Response:
    """No other address learns of one with a token in it, not even ours."""
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _ended(request: Request, problem: PocusError) -> Response | None:
    """Rule 3."""
    end = _ENDS.get(type(problem))
    if end is None:
        return None
    status = getattr(problem, "status", 400)
    return _private(page(request, "peers/end.html", status=status, end=end))
