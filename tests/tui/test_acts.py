"""Every act is a command line that the program knows, and every one is done by keys alone."""

from pathlib import Path

import pytest
from textual import events as events_of

from boxoffice.staff.rules import Actor, Role
from tests.commands import Commands
from tests.making import LOTE, SLUG
from tests.tui.boards import seated
from tui.acts import events, orders, running, selling
from tui.acts.act import Act
from tui.commands import Place
from tui.dialogs.charge import Charge
from tui.house import House, spelt

RITA = {"name": "Rita Nogueira", "email": "rita@example.com", "document": "39053344705"}


def done(house: House, act: Act, **given: str) -> str:
    """Do an act with these answers, as its form would; return what was said."""
    whole = {field.name: field.default for field in act.fields} | given
    answer = house.do(act.words(whole), unshown=act.unshown)
    assert answer.is_done, answer.err
    return answer.out + answer.err


def refused(house: House, act: Act, **given: str) -> str:
    """Do an act that is refused; return why."""
    whole = {field.name: field.default for field in act.fields} | given
    answer = house.do(act.words(whole), unshown=act.unshown)
    assert not answer.is_done
    return answer.err


def state_of(program: Commands, code: str) -> str:
    """Return the state of an order, as the program tells it."""
    return str(program(f"order show {code} --json").json["order"]["state"])


def test_an_event_is_set_up_and_put_on_sale(house: House, program: Commands) -> None:
    done(house, events.create(), slug="x", title="X", starts="01/12/2099 19:00",
         tier="Lote 1:100:200")  # fmt: skip
    done(house, events.add_tier("x"), name="Lote 2", price="120", quota="10", after="Lote 1")
    done(house, events.edit("x"), venue="Clube")
    done(house, events.publish("x"))
    done(house, events.pause("x"))
    done(house, events.close("x"))

    told = program("event show x --json").json
    assert told["state"] == "ended"
    assert [tier["name"] for tier in told["tiers"]] == ["Lote 1", "Lote 2"]


def test_a_sale_is_changed_in_every_way(house: House, program: Commands) -> None:
    program.has_event()
    code = program.sells("--quantity 3 --buyer-email rita@example.com")["order"]["code"]

    assert "go to" in done(house, orders.resend(code), to="nova@example.com")
    done(house, orders.transfer(f"{code}-2"), ticket=f"{code}-2", name="Bia Reis")
    done(house, orders.note(code), text="cadeira de rodas", door="s")
    done(house, orders.print_tickets(code), out="t.pdf")
    done(house, orders.refund(code), ticket=f"{code}-1", proof="recibo 1")
    assert state_of(program, code) == "partly_refunded"
    done(house, orders.cancel(code), reason="desistiu")

    assert state_of(program, code) == "cancelled"
    assert Path("t.pdf").read_bytes().startswith(b"%PDF")


def test_an_order_by_pix_is_paid_in_cash_instead(house: House, program: Commands) -> None:
    program.has_event()
    done(house, selling.charge(SLUG, {LOTE: 2}, "pix"), **RITA)
    code = program("order list --json").rows[0]["code"]

    done(house, orders.pay(code))

    assert state_of(program, code) == "paid"


def test_late_money_is_accepted_by_its_act_alone_when_it_is_late(
    house: House, program: Commands
) -> None:
    program.has_event()
    code = program.sells()["order"]["code"]

    assert "is paid" in refused(house, orders.accept(code), note="por telefone")


def test_a_till_is_opened_emptied_counted_and_printed(house: House, program: Commands) -> None:
    program.has_event()
    done(house, selling.open_till(), float="200")
    done(house, selling.sell(SLUG, {LOTE: 2, "Meia": 0}, "cash"), given="250")
    done(house, selling.sell(SLUG, {LOTE: 1}, "external"))
    done(house, selling.drop(), amount="100", note="cofre")
    done(house, selling.close_till(), counted="320")
    code = program("till report --json").json["code"]
    done(house, selling.print_till(code), out="till.pdf")

    told = program("till report --json").json
    assert (told["expected_minor"], told["difference_minor"]) == (32_000, 0)
    assert Path("till.pdf").is_file()


def test_codes_are_made_and_revoked_and_guests_invited(house: House, program: Commands) -> None:
    program.has_event()
    Path("guests.csv").write_text("nome;e-mail\nAna;ana@example.com\n", encoding="utf-8")
    done(house, running.create_promo(SLUG), code="AMIGOS10", percent="10", uses="5", person="2")
    done(house, running.revoke_promo(SLUG, "AMIGOS10"))
    done(house, running.plan_courtesies(SLUG), file="guests.csv", tier=LOTE, name="imprensa")
    done(house, running.apply_courtesies(), file="guests.csv.plan.json")

    assert program(f"promo show {SLUG} AMIGOS10 --json").json["state"] == "revoked"
    assert program("courtesy list --json").rows[0]["name"] == "Ana"


def test_jobs_are_run_and_one_that_is_done_is_not_tried_again(
    house: House, program: Commands
) -> None:
    program.has_event()
    program.sells("--buyer-email rita@example.com")
    job = program("job list --json").rows[0]["id"]
    done(house, running.run_jobs())
    done(house, running.retry_all())

    assert program(f"job show {job} --json").json["state"] == "done"
    assert f"job {job} is done" in refused(house, running.retry(job))


def test_an_export_is_written_and_verified(house: House, program: Commands) -> None:
    program.has_event()
    program.sells()
    done(house, running.export("orders", SLUG), out="o.csv")

    assert "whole" in done(house, running.verify("o.csv"))


def test_the_line_that_is_shown_can_be_pasted_into_a_shell() -> None:
    words = selling.sell(SLUG, {"Lote d'Ouro": 2}, "cash").words({"name": "Ana; rm -rf"})

    assert spelt(words) == (
        f"""boxoffice order sell -e {SLUG} -t 'Lote d'"'"'Ouro' --quantity 2 """
        "--buyer-name 'Ana; rm -rf'"
    )


@pytest.mark.anyio
async def test_a_sale_for_cash_is_five_keys_and_tells_the_change(
    house: House, program: Commands
) -> None:
    program.has_event()

    async with seated(house, Place.COUNTER) as seat:
        await seat.press("2", "d")
        await seat.write("250", "Ana [/b]", "", "")
        await seat.until_shown("CHANGE R$ 30,00")

        assert "2 tickets · R$ 220,00" in seat.text()
        assert house.line.startswith(f"boxoffice order sell -e {SLUG} -t '{LOTE}' --quantity 2")
        assert "idempotency" not in house.line


@pytest.mark.anyio
async def test_a_sale_says_what_is_due_until_the_money_has_come(
    house: House, program: Commands
) -> None:
    program.has_event()

    async with seated(house, Place.COUNTER) as seat:
        await seat.press("2", "p")
        await seat.write(*RITA.values(), "")
        await seat.until(lambda: len(program("order list --json").rows) == 1)
        code = program("order list --json").rows[0]["code"]
        await seat.until(lambda: isinstance(seat.app.screen, Charge))
        await seat.press("escape")
        await seat.until_shown("R$ 220,00 is due")
        done(house, orders.pay(code))
        seat.board.reload()

        await seat.until_shown(f"✔ {code} · 2 tickets · R$ 220,00")
        assert "is due" not in seat.text()


@pytest.mark.anyio
async def test_a_form_says_what_is_still_missing_and_goes_there(
    house: House, program: Commands
) -> None:
    async with seated(house, Place.EVENTS) as seat:
        await seat.press("n")
        await seat.until_shown("e.g. 01/12/2026 19:00")
        await seat.write("noite", "Noite", "", "Clube", "", "Lote 1:100:50")
        await seat.until_shown("still to be filled in: Starts")
        await seat.write("01/12/2099 19:00", "Clube", "", "Lote 1:100:50")
        await seat.until(lambda: len(program("event list --json").rows) == 1)

        assert program("event show noite --json").json["capacity"] is None


@pytest.mark.anyio
async def test_a_refusal_stays_in_the_form_and_says_why(house: House, program: Commands) -> None:
    program.has_event()

    async with seated(house, Place.COUNTER) as seat:
        await seat.press("2", "d")
        await seat.write("10", "", "", "")
        await seat.until_shown("R$ 10,00 is R$ 210,00")

        await seat.press("escape")
        assert program("order list --json").rows == []


@pytest.mark.anyio
async def test_a_refund_by_keys_asks_for_two_characters_of_its_order(
    house: House, program: Commands
) -> None:
    program.has_event()
    code = program.sells("--buyer-name Rita")["order"]["code"]

    async with seated(house, Place.ORDERS) as seat:
        await seat.press(*"rita")
        await seat.until(lambda: seat.rows("rows") == 1)
        await seat.press("enter", "e")
        await seat.until_shown(f"type {code[-2:]} to go on")
        await seat.write("", "", "recibo 1", "", "y")
        await seat.until_shown("Nothing was done")
        assert state_of(program, code) == "paid"

        await seat.write(code[-2:].lower())
        await seat.until_told("goes back")
        assert state_of(program, code) == "refunded"


@pytest.mark.anyio
async def test_every_letter_of_the_orders_opens_its_act(house: House, program: Commands) -> None:
    program.has_event()
    program.sells("--buyer-name Rita")

    async with seated(house, Place.ORDERS) as seat:
        await seat.until(lambda: seat.rows("rows") == 1)
        await seat.press("enter")
        titles = {
            "r": "Resend the tickets", "t": "Transfer a ticket", "e": "Refund",
            "c": "Cancel the order", "y": "Pay what is due", "n": "Write a note",
            "p": "Print the tickets", "l": "Accept late money", "h": "History of", "q": "✔ PAID",
        }  # fmt: skip
        for key, title in titles.items():
            await seat.press(key)
            await seat.until_shown(title)
            await seat.press("escape")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("place", "titles"),
    [
        (Place.TILL, {"a": "Open the till", "s": "Take cash", "f": "Count", "p": ""}),
        (Place.EVENTS, {"n": "New event", "e": "Edit the event", "t": "New tier", "v": "Put on",
                        "p": "Pause the sale", "x": "End the sale", "a": "Apply an event"}),
        (Place.CODES, {"n": "New code", "p": "Plan courtesies", "a": "Apply a plan"}),
        (Place.JOBS, {"t": "Retry all"}),
        (Place.EXPORTS, {"r": "Export attendees"}),
    ],
)  # fmt: skip
async def test_every_letter_of_a_screen_opens_its_act(
    house: House, program: Commands, place: Place, titles: dict[str, str]
) -> None:
    program.has_event()

    async with seated(house, place) as seat:
        for key, title in titles.items():
            await seat.press(key)
            await seat.until_shown(title)
            await seat.press("escape")

        assert house.line == ""


@pytest.mark.anyio
async def test_who_may_not_sell_is_told_so_and_sees_no_till(
    house: House, program: Commands
) -> None:
    program.has_event()
    house.office.identify = lambda _: Actor("dora", Role.DOOR)

    async with seated(house, Place.COUNTER) as seat:
        await seat.until_told("dora (door) may not sell")
        assert LOTE not in seat.text()


@pytest.mark.anyio
async def test_what_is_typed_in_one_breath_lands_field_by_field(
    house: House, program: Commands
) -> None:
    program.has_event()

    async with seated(house, Place.COUNTER) as seat:
        await seat.press("d")
        await seat.until_shown("Cash given")
        for key in ("2", "0", "0", "enter", "A", "n", "a", "enter", "enter", "enter"):
            seat.app.post_message(events_of.Key(key, key if len(key) == 1 else None))
        await seat.until_shown("CHANGE R$ 90,00")

    assert program("order list --json").rows[0]["buyer_name"] == "Ana"
