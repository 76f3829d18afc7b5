"""Staff: who may do what, who is logged in, and what was done by whom."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Static

from boxoffice.db import ReadSession
from boxoffice.reports.trail import Act, latest_acts
from boxoffice.staff.queries import MemberView, SessionView, list_sessions, list_staff
from boxoffice.staff.rules import Actor, Permission
from tui.acts import staff as acts
from tui.commands import Place
from tui.screens.board import Board
from tui.states import WAITS
from tui.text import cell, said
from tui.widgets.listing import Column, Line, Listing
from tui.words import Words

_ROWS = 100
_HEADS = (
    (Words("pessoa", "member"), 16), (Words("papel", "role"), 11), (Words("estado", "state"), 11),
    (Words("e-mail", "e-mail"), 0),
)  # fmt: skip
_LOGIN_HEADS = (
    (Words("acesso de", "login of"), 16), (Words("tipo", "kind"), 8),
    (Words("desde", "since"), 11), (Words("usado", "used"), 11), (Words("até", "until"), 0),
)  # fmt: skip
_ACT_HEADS = (
    (Words("quando", "when"), 11), (Words("quem", "who"), 12), (Words("o quê", "what"), 22),
    (Words("fatos", "facts"), 0),
)  # fmt: skip
_WHO = Words("{name} ({role})", "{name} ({role})")
_NOBODY_YET = Words(
    "Ninguém foi cadastrado: quem tem os arquivos faz tudo. N cadastra o primeiro admin.",
    "Nobody was added: whoever holds the files may do all. N adds the first admin.",
)
_OUT = Words("ninguém entrou nesta máquina: L entra", "nobody is logged in here: L logs in")


@dataclass(frozen=True, slots=True)
class Found:
    """What whoever sits here may see of it."""

    actor: Actor
    staff: tuple[MemberView, ...]
    logins: tuple[SessionView, ...]
    acts: tuple[Act, ...]


class StaffBoard(Board):
    """The members, the logins that stand, and the newest lines of the audit."""

    PLACE = Place.STAFF
    TITLE_WORDS = Words("Equipe e auditoria", "Staff and audit")

    def body(self) -> ComposeResult:
        """Yield who sits here, the members, the logins and the audit."""
        yield Static(id="who", markup=False)
        for name, heads in (("staff", _HEADS), ("logins", _LOGIN_HEADS), ("acts", _ACT_HEADS)):
            yield Listing([Column(self.say(head), width) for head, width in heads], id=name)

    def on_mount(self) -> None:
        """Begin on the members."""
        self._roles: dict[str, str] = {}
        self.hand(self.query_one("#staff"))

    def ask(self, session: ReadSession) -> Found:
        """Ask for what may be seen: a clerk sees nobody's logins but their own."""
        actor, now = self.house.office.actor, self.house.office.now()
        may_staff, may_audit = actor.may(Permission.STAFF), actor.may(Permission.AUDIT)
        return Found(
            actor,
            tuple(list_staff(session, limit=_ROWS) if may_staff or may_audit else ()),
            tuple(
                list_sessions(session, now=now, limit=_ROWS, name=None if may_staff else actor.name)
            ),
            tuple(latest_acts(session, actor, limit=_ROWS) if may_audit else ()),
        )

    def show(self, found: Found) -> None:
        """Show it."""
        who = self.say(_WHO, name=found.actor.name, role=found.actor.role)
        is_new = not found.staff and found.actor.may(Permission.STAFF)
        self.put("who", said(f"{who}  {self.say(_NOBODY_YET) if is_new else ''}".rstrip()))
        self._roles = {one.name: one.role for one in found.staff}
        self.query_one("#staff", Listing).fill([self._member(one) for one in found.staff])
        self.query_one("#logins", Listing).fill([self._login(one) for one in found.logins])
        self.query_one("#acts", Listing).fill(
            [self._act(one, place) for place, one in enumerate(found.acts)]
        )

    def is_away(self) -> None:
        """Say how to log in: nothing else can be done here."""
        super().is_away()
        self.put("who", said(self.say(_OUT), WAITS))

    @property
    def chosen(self) -> str:
        """The member under the cursor."""
        return self.query_one("#staff", Listing).chosen

    def action_add(self) -> None:
        """Add somebody."""
        self.act(acts.add())

    def action_role(self) -> None:
        """Give the member another role."""
        if self.needs(self.chosen):
            self.act(acts.change_role(self.chosen, self._roles[self.chosen]))

    def action_password(self) -> None:
        """Set the member's password anew."""
        if self.needs(self.chosen):
            self.act(acts.change_password(self.chosen))

    def action_disable(self) -> None:
        """Let the member in no more."""
        if self.needs(self.chosen):
            self.act(acts.disable(self.chosen))

    def action_enable(self) -> None:
        """Let the member in again."""
        if self.needs(self.chosen):
            self.act(acts.enable(self.chosen))

    def action_revoke(self) -> None:
        """End the login under the cursor."""
        chosen = self.query_one("#logins", Listing).chosen
        if self.needs(chosen):
            self.act(acts.revoke(chosen))

    def action_login(self) -> None:
        """Log in on this machine."""
        self.act(acts.log_in(self.chosen))

    def action_logout(self) -> None:
        """End the login on this machine."""
        self.act(acts.log_out())

    def action_whoami(self) -> None:
        """Tell what whoever sits here may do."""
        self.act(acts.who_am_i())

    def _member(self, one: MemberView) -> Line:
        state = self.state("disabled" if one.disabled_at else "active")
        cells = (one.name, one.role, state, one.email)
        return Line(one.name, tuple(cell(text) for text in cells))

    def _login(self, one: SessionView) -> Line:
        cells = (one.name, one.kind, self.at(one.created_at), self.at(one.used_at),
                 self.at(one.ends_at))  # fmt: skip
        return Line(str(one.id), tuple(cell(text) for text in cells))

    def _act(self, one: Act, place: int) -> Line:
        facts = " ".join(f"{name}={value}" for name, value in one.facts.items())
        cells = (self.at(one.at), one.actor, one.verb, facts)
        return Line(f"{place}:{one.subject}:{one.at}", tuple(cell(text) for text in cells))
