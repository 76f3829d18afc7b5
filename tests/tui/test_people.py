"""Staff by keys: they are added, log in, get other roles, and are let in no more."""

import pytest

from boxoffice.cli.login import identify
from tests.commands import Commands
from tests.making import LOTE, SLUG
from tests.tui.boards import Seat, seated
from tui.acts import events, orders, running, selling, staff
from tui.acts.act import Act
from tui.commands import Place
from tui.house import House

PASSWORD = "four words long enough"
_ID = "019ab0c4-0000-7000-8000-000000000000"


@pytest.fixture
def staffed(house: House, program: Commands) -> House:
    """A house that rita, an admin, has logged in to; dora works at the door."""
    house.office.identify = identify
    program.has_event()
    for line in ("rita --role admin", "dora --role door"):
        added = program(f"staff add {line} --password-stdin", stdin=f"{PASSWORD}\n".encode())
        assert added.code == 0, added.err
        logs_in(program, "rita")
    return house


def logs_in(program: Commands, name: str) -> None:
    ran = program(f"auth login {name} --password-stdin", stdin=f"{PASSWORD}\n".encode())
    assert ran.code == 0, ran.err


def roles(program: Commands) -> dict[str, str]:
    return {
        row["name"]: row["role"] if row["state"] == "active" else row["state"]
        for row in program("staff list --json").rows
    }


async def at_dora(seat: Seat) -> None:
    """Put the cursor on dora, who comes before rita."""
    await seat.until(lambda: seat.rows("staff") == 2)
    await seat.press("home")


@pytest.mark.anyio
async def test_the_first_admin_is_added_and_then_logs_in_by_keys(
    house: House, program: Commands
) -> None:
    house.office.identify = identify

    async with seated(house, Place.STAFF) as seat:
        await seat.until_shown("Nobody was added")
        await seat.press("n")
        await seat.write("rita", "admin", "", PASSWORD)
        await seat.until_shown("nobody is logged in here: L logs in")
        assert seat.rows("staff") == 0
        assert PASSWORD not in house.line

        while seat.app.screen is not seat.board:
            await seat.press("escape")
        await seat.press("l")
        await seat.write("rita", PASSWORD)
        await seat.until_shown("rita (admin)")
        await seat.until(lambda: seat.rows("staff") == 1)
        assert house.line == "boxoffice auth login rita"
    assert roles(program) == {"rita": "admin"}


@pytest.mark.anyio
async def test_a_role_is_changed_and_a_member_disabled_and_enabled(
    staffed: House, program: Commands
) -> None:
    async with seated(staffed, Place.STAFF) as seat:
        await at_dora(seat)
        await seat.press("e")
        await seat.write("box_office")
        await seat.until(lambda: roles(program)["dora"] == "box_office")
        while seat.app.screen is not seat.board:
            await seat.press("escape")

        await seat.press("x")
        await seat.until_shown("type RA to go on")
        await seat.write("y")
        await seat.until_shown("Nothing was done")
        await seat.write("ra")
        await seat.until(lambda: roles(program)["dora"] == "disabled")
        while seat.app.screen is not seat.board:
            await seat.press("escape")

        await seat.press("v")
        await seat.until(lambda: roles(program)["dora"] == "box_office")
        assert staffed.line == "boxoffice staff enable dora"


@pytest.mark.anyio
async def test_a_login_is_ended_by_keys(staffed: House, program: Commands) -> None:
    logs_in(program, "dora")
    logs_in(program, "rita")
    before = program("auth sessions --all --json").rows

    async with seated(staffed, Place.STAFF) as seat:
        await seat.until(lambda: seat.rows("logins") == len(before))
        await seat.press("tab", "end")  # the oldest: rita's first
        await seat.press("k")
        await seat.until_shown("Who uses it has to log in again")
        await seat.write("y")
        await seat.until(lambda: seat.rows("logins") == len(before) - 1)

    assert len(program("auth sessions --all --json").rows) == len(before) - 1


@pytest.mark.anyio
async def test_a_password_is_set_anew_and_stands_in_no_line(
    staffed: House, program: Commands
) -> None:
    async with seated(staffed, Place.STAFF) as seat:
        await at_dora(seat)
        await seat.press("p")
        await seat.write("five other words here", "y")
        await seat.until_told("the password of dora is changed")

        assert staffed.line == "boxoffice staff passwd dora"
    assert program("auth login dora --password-stdin", stdin=b"five other words here\n").code == 0


@pytest.mark.anyio
async def test_who_is_disabled_while_the_window_stands_sees_nothing_more(
    staffed: House, program: Commands
) -> None:
    program.sells("--buyer-name Ana")
    logs_in(program, "dora")

    async with seated(staffed, Place.ORDERS) as seat:
        await seat.until_shown("Ana")
        login = (program.home / "session.json").read_bytes()
        logs_in(program, "rita")
        assert program("staff disable dora --json").code == 0
        (program.home / "session.json").write_bytes(login)
        staffed.known_at = float("-inf")  # as a minute later
        seat.board.reload()
        await seat.until(lambda: seat.rows("rows") == 0)

        assert "Ana" not in seat.text()
        assert any("login" in told for told in seat.app.told)


ACTS: dict[str, Act] = {
    "sell": selling.sell(SLUG, {LOTE: 1}, "cash"),
    "split": selling.split(SLUG, {LOTE: 1}),
    "courtesy": selling.sell(SLUG, {LOTE: 1}, "courtesy"),
    "open till": selling.open_till(),
    "cancel": orders.cancel("CODE"),
    "refund": orders.refund("CODE"),
    "resend": orders.resend("CODE"),
    "transfer": orders.transfer("CODE-1"),
    "note": orders.note("CODE"),
    "pay": orders.pay("CODE"),
    "new event": events.create(),
    "publish": events.publish(SLUG),
    "pause": events.pause(SLUG),
    "close": events.close(SLUG),
    "edit": events.edit(SLUG),
    "tier": events.add_tier(SLUG),
    "promo": running.create_promo(SLUG),
    "export": running.export("orders", SLUG, "o.csv"),
    "retry all": running.retry_all(),
    "add": staff.add(),
    "role": staff.change_role("rita", "door"),
    "password": staff.change_password("rita"),
    "disable": staff.disable("rita"),
    "enable": staff.enable("rita"),
    "revoke": staff.revoke(_ID),
}
GIVEN = {
    "slug": "x", "title": "X", "starts": "01/12/2099 19:00", "venue": "Clube", "name": "bia",
    "role": "door", "rest": "external",
    "price": "10", "quota": "5", "percent": "10", "password": PASSWORD, "float": "10",
    "text": "nota", "reason": "porque", "proof": "recibo", "cash": "10", "code": "AMIGOS",
}  # fmt: skip


def test_who_works_at_the_door_may_do_nothing_else(staffed: House, program: Commands) -> None:
    code = program.sells("--buyer-email rita@example.com")["order"]["code"]
    logs_in(program, "dora")

    told = {name: refusal(staffed, act, code) for name, act in ACTS.items()}

    assert {name: text for name, text in told.items() if "dora (door) may not" not in text} == {}


def refusal(house: House, act: Act, code: str) -> str:
    """Do an act on an order with answers that make sense; return how it was refused."""
    given = {field.name: field.default for field in act.fields}
    given |= {key: text for key, text in GIVEN.items() if key in given}
    words = [word.replace("CODE", code) for word in act.words(given)]
    answer = house.do(words, unshown=act.unshown, typed=act.typed(given))
    return "done" if answer.is_done else " ".join(answer.refusal)
