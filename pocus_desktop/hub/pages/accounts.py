"""Staff accounts, for administrators; and one's own."""

from starlette.responses import Response

from pocus_desktop.hub.pages.page import Page
from pocus_desktop.hub.pages.visit import ON_A_PAGE, SIGN_IN, Fields, StaffDoors, Visit, done
from pocus_desktop.hub.staff.roles import TABLE, Act, Role
from pocus_desktop.kernel import words

_NEW = Fields(names=("login", "name", "password", "issuer", "subject", "why"), lists=("roles",))
_REASON = Fields(names=("why",))


class AccountPages:
    """The pages."""

    def __init__(self, doors: StaffDoors) -> None:
        self._doors = doors
        self._accounts = doors.staff.accounts

    def routes(self) -> list[Page]:
        """For the application."""
        one = "/staff/accounts/{login}"
        return [
            self._doors.look("/staff/accounts", self.accounts, Act.STAFF),
            self._doors.do("/staff/accounts", self.add, Act.STAFF, _NEW, again=self.accounts),
            self._doors.look(one, self.account, Act.STAFF),
            self._doors.do(
                one + "/roles",
                self.roles,
                Act.STAFF,
                Fields(names=("why",), lists=("roles",)),
                again=self.account,
            ),
            self._doors.do(
                one + "/password", self.password, Act.STAFF, Fields(names=("password", "why")), again=self.account
            ),
            self._doors.do(one + "/factor", self.ask_release, Act.STAFF, _REASON, again=self.account),
            self._doors.do(one + "/release", self.confirm_release, Act.STAFF, _REASON, again=self.account),
            self._doors.do(one + "/sessions", self.sessions, Act.STAFF, _REASON, again=self.account),
            self._doors.do(one + "/end", self.end, Act.STAFF, _REASON, again=self.account, sure=self.told_before),
            self._doors.do(
                one + "/return",
                self.give_back,
                Act.STAFF,
                Fields(names=("password", "why"), lists=("roles",)),
                again=self.account,
            ),
            self._doors.look("/staff/me", self.me, None),
            self._doors.do("/staff/me/sessions", self.leave, None, Fields()),
            self._doors.do(
                "/staff/me/password", self.own_password, None, Fields(names=("now", "password")), again=self.me
            ),
            self._doors.do("/staff/me/factor", self.own_factor, None, Fields(names=("code",)), again=self.me),
        ]

    def accounts(self, visit: Visit) -> Response:
        """Everyone, and the form for somebody more."""
        everyone = self._accounts.all()
        shown = everyone[visit.skip : visit.skip + ON_A_PAGE]
        return visit.page(
            "staff/accounts.html",
            list=visit.listed(shown, len(everyone)),
            asked={one.login for one in shown if self._accounts.release_of(one.login) is not None},
            roles=list(map(str, Role)),
            table=_table(),
        )

    def add(self, visit: Visit) -> Response:
        """Somebody more."""
        form = visit.form
        issuer, subject = form.line("issuer", most=400), form.line("subject")
        self._accounts.add(
            login=form.line("login"),
            name=form.line("name"),
            roles=form.lists.get("roles", ()),
            password=form.secret("password") or None,
            provider=(issuer, subject) if issuer and subject else None,
            who=visit.person.login,
            why=form.text("why"),
        )
        return done("/staff/accounts", "added")

    def account(self, visit: Visit) -> Response:
        """One."""
        one = self._accounts.find(visit.part("login"))
        return visit.page(
            "staff/account.html",
            one=one,
            roles=list(map(str, Role)),
            asked=self._accounts.release_of(one.login),
            steps=self._accounts.history(one.login),
        )

    def roles(self, visit: Visit) -> Response:
        """Other roles."""
        login = visit.part("login")
        roles = visit.form.lists.get("roles", ())
        self._accounts.change_roles(login, roles, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "roles")

    def password(self, visit: Visit) -> Response:
        """Another password."""
        login = visit.part("login")
        password = visit.form.secret("password")
        self._accounts.set_password(login, password, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "password")

    def ask_release(self, visit: Visit) -> Response:
        """The second factor was lost: the first administrator."""
        login = visit.part("login")
        self._accounts.ask_release(login, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "release-asked")

    def confirm_release(self, visit: Visit) -> Response:
        """The second administrator."""
        login = visit.part("login")
        self._accounts.confirm_release(login, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "factor")

    def sessions(self, visit: Visit) -> Response:
        """Out of every browser."""
        login = visit.part("login")
        self._accounts.sign_out_everywhere(login, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "sessions")

    def told_before(self, visit: Visit) -> list[str]:
        """What ending an account will do."""
        one = self._accounts.find(visit.part("login"))
        visit.reason()
        return [words.say(key, visit.language, name=one.name) for key in ("academy.sure.end", "academy.sure.undone")]

    def end(self, visit: Visit) -> Response:
        """Somebody left."""
        login = visit.part("login")
        self._accounts.end(login, who=visit.person.login, why=visit.reason())
        return done(f"/staff/accounts/{login}", "ended")

    def give_back(self, visit: Visit) -> Response:
        """Somebody returns."""
        login = visit.part("login")
        self._accounts.reactivate(
            login,
            visit.form.lists.get("roles", ()),
            password=visit.form.secret("password") or None,
            who=visit.person.login,
            why=visit.reason(),
        )
        return done(f"/staff/accounts/{login}", "returned")

    def me(self, visit: Visit) -> Response:
        """One's own account."""
        return visit.page("staff/me.html", one=self._accounts.find(visit.person.login))

    def leave(self, visit: Visit) -> Response:
        """Out of every browser of one's own."""
        self._accounts.sign_out_everywhere(visit.person.login, who=visit.person.login)
        return done(SIGN_IN)

    def own_password(self, visit: Visit) -> Response:
        """Another password for oneself."""
        self._doors.staff.sessions.change_password(
            visit.person.token, visit.form.secret("now"), visit.form.secret("password")
        )
        return done(SIGN_IN)

    def own_factor(self, visit: Visit) -> Response:
        """Another phone: the next sign-in sets up a second factor anew."""
        self._doors.staff.sessions.give_up_factor(visit.person.token, visit.form.line("code"))
        return done(SIGN_IN)


def _table() -> dict[str, list[str]]:
    return {str(role): sorted(map(str, acts)) for role, acts in TABLE.items()}
