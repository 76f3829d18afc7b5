"""The commands of `courtesy`, as organizers type them."""

from pathlib import Path

import pytest

from tests.commands import EVENT, Commands
from tests.making import SLUG

GIFT = "Cortesia"
NIGHT = EVENT + f'\n[[tier]]\nname = "{GIFT}"\nprice = "50,00"\nquota = 10\ncategory = "courtesy"\n'
HEAD = "Nome;E-mail;CPF;Empresa;Cargo;Qtd"
ANA = "Ana Lima;ana@example.com;390.533.447-05;Aurora;Gerente;2"
BIA = "Bia Sá;bia@example.com;;Aurora;;1"
PLAN = f"courtesy plan -e {SLUG} -t {GIFT} --json"
GUEST = set(
    "event campaign campaign_id mode tier line name email document company job_title quantity "
    "redeemed state code order expires_at sent_at reminded_at".split()
)


def a_list(folder: Path, *rows: str, head: str = HEAD) -> str:
    path = folder / "convidados.csv"
    path.write_text("\n".join([head, *(rows or (ANA, BIA)), ""]), encoding="utf-8")
    return str(path)


@pytest.fixture
def giving(boxoffice: Commands) -> Commands:
    boxoffice.has_event(NIGHT)
    return boxoffice


@pytest.fixture
def on_one(on_sqlite: Commands) -> Commands:
    on_sqlite.has_event(NIGHT)
    return on_sqlite


def test_plan_look_apply_send_redeem_list(giving: Commands, tmp_path: Path) -> None:
    told = giving(f"{PLAN} --expires-at 2099-11-01", a_list(tmp_path)).json
    assert told["counts"]["guests"] == told["counts"]["mails"] == 2
    assert (told["campaign"], told["money"]["given_minor"]) == ("convidados", 150_00)

    done = giving("courtesy apply --yes --json", told["plan"]).json
    assert (done["made"], done["already"], done["places"]) == (2, 0, 3)
    assert [guest["state"] for guest in giving("courtesy list --json").rows] == ["planned"] * 2

    assert giving("job run --until-empty --json").json["trouble"] == 0
    first, second = giving("courtesy list --json").rows
    assert set(first) == GUEST
    assert (first["state"], first["document"], second["name"]) == (
        "sent",
        "***.533.447-**",
        "Bia Sá",
    )

    sold = giving(f"courtesy redeem -e {SLUG} --name 'Rui Sá' --quantity 1 --json", first["code"])
    assert (sold.json["order"]["total_minor"], sold.json["payment"]["method"]) == (0, "courtesy")
    assert sold.json["order"]["tickets"][0]["code"]
    assert [g["state"] for g in giving("courtesy list --json").rows] == ["redeemed", "sent"]
    assert [g["name"] for g in giving("courtesy list --state sent --json").rows] == ["Bia Sá"]


def test_remind_and_reclaim(giving: Commands, tmp_path: Path) -> None:
    plan = giving(PLAN, a_list(tmp_path)).json["plan"]
    giving("courtesy apply --yes", plan)
    giving("job run --until-empty")

    assert giving("courtesy remind convidados --json").json["reminded"] == 2
    assert giving("courtesy remind convidados --json").json["reminded"] == 0
    assert giving("courtesy remind convidados --again --json").json["reminded"] == 2
    giving("job run --until-empty")

    asked = giving("courtesy reclaim convidados --json")
    assert (asked.code, "--yes" in asked.error["hint"]) == (2, True)
    told = giving("courtesy reclaim convidados --yes --json").json
    assert told == {"campaign": "convidados", "codes": 2, "tickets": 0, "places": 3, "kept": 0}
    assert {guest["state"] for guest in giving("courtesy list --json").rows} == {"revoked"}
    assert giving("courtesy apply --yes --json", plan).json["already"] == 2


def test_tickets_are_issued_at_once_and_mailed_once(giving: Commands, tmp_path: Path) -> None:
    plan = giving(f"{PLAN} --mode tickets --name vip", a_list(tmp_path)).json["plan"]

    assert giving("courtesy apply --yes --json", plan).json["made"] == 2
    giving("courtesy apply --yes --json", plan)
    giving("job run --until-empty")

    orders = giving("order list --json").rows
    assert {(order["state"], order["total_minor"]) for order in orders} == {("paid", 0)}
    assert len(list((giving.home / "mail" / "new").glob("*.eml"))) == 2


def test_people_read_problems_on_stderr_and_the_plan_on_stdout(
    on_one: Commands, tmp_path: Path
) -> None:
    ran = on_one(f"courtesy plan -e {SLUG} -t {GIFT}", a_list(tmp_path, ANA, ANA, "Cid;cid@;;;;1"))

    assert ran.code == 6
    assert "line 3, column E-mail: is the same as on line 2" in ran.err
    assert "line 4, column E-mail: is not an e-mail address" in ran.err
    assert "given away  R$ 100,00" in ran.out
    assert "bad rows    2, of them 1 duplicates" in ran.out
    assert "hint: boxoffice courtesy apply" in ran.err


def test_words_and_files_go_with_the_plan(on_one: Commands, tmp_path: Path) -> None:
    words, file = tmp_path / "m.txt", tmp_path / "mapa.pdf"
    words.write_text("Venha!", encoding="utf-8")
    file.write_bytes(b"%PDF")

    told = on_one(f"{PLAN} --message-file '{words}' --attach '{file}'", a_list(tmp_path)).json

    assert told["message"] == "Venha!"
    assert told["attachments"] == [{"name": "mapa.pdf", "type": "application/pdf", "bytes": 4}]


def test_when_nobody_can_be_invited_there_is_no_plan(on_one: Commands, tmp_path: Path) -> None:
    ran = on_one(PLAN, a_list(tmp_path, "Cid;cid@;;;;1"))

    assert (ran.code, ran.error["code"]) == (5, "plan.empty")
    assert list(tmp_path.glob("*plan*")) == []


def test_a_plan_whose_world_has_moved_is_refused(on_one: Commands, tmp_path: Path) -> None:
    plan = on_one(PLAN, a_list(tmp_path)).json["plan"]
    on_one.has_event(NIGHT.replace("50,00", "55,00"))

    ran = on_one("courtesy apply --yes --json", plan)

    assert (ran.code, ran.error["code"]) == (5, "plan.stale")


@pytest.mark.parametrize(
    ("words", "code", "case"),
    [
        ("plan nobody.csv -e noite -t Cortesia", 3, "file.not_found"),
        ("plan FILE -e nowhere -t Cortesia", 3, "event.not_found"),
        ("plan FILE -e noite -t Nada", 3, "tier.not_found"),
        ("plan FILE -e noite -t Meia", 5, "promo.not_with_half_price"),
        ("plan - -e noite -t Cortesia", 2, "value.invalid"),
        ("plan - -e noite -t Cortesia --out FOLDER/p.json", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --out FILE", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --mode gifts", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --expires-at ontem", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --expires-at -1h", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --mode tickets --expires-at +1h", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --attach FOLDER", 2, "file.invalid"),
        ("plan FILE -e noite -t Cortesia --attach nobody.pdf", 3, "file.not_found"),
        ("plan FILE -e noite -t Cortesia --message-file nobody.txt", 3, "file.not_found"),
        ("plan FILE -e noite -t Cortesia --map nome=Nome", 2, "value.invalid"),
        ("plan FILE -e noite -t Cortesia --name ''", 2, "value.invalid"),
        ("apply nobody.json --yes", 3, "file.not_found"),
        ("apply FILE --yes", 2, "file.invalid"),
        ("apply FOLDER --yes", 2, "file.invalid"),
        ("redeem NADA -e noite", 5, "promo.unknown"),
        ("redeem NADA -e nowhere", 3, "event.not_found"),
        ("redeem NADA -e noite --email nobody", 2, "value.invalid"),
        ("redeem NADA -e noite --document 1", 2, "value.invalid"),
        ("redeem NADA -e noite --quantity 0", 2, "value.invalid"),
        ("list --state gone", 2, "value.invalid"),
        ("list --campaign nobody", 3, "campaign.not_found"),
        ("remind nobody", 3, "campaign.not_found"),
        ("reclaim nobody --yes", 3, "campaign.not_found"),
        ("reclaim 01a20558-c04b-790b-aa6a-da1c26ae859b --yes", 3, "campaign.not_found"),
    ],
)
def test_each_mistake_has_its_code(
    on_one: Commands, tmp_path: Path, words: str, code: int, case: str
) -> None:
    line = words.replace("FILE", a_list(tmp_path)).replace("FOLDER", str(tmp_path))

    ran = on_one(f"courtesy {line} --json")

    assert (ran.code, ran.error["code"]) == (code, case)


def test_hostile_cells_and_file_names_are_shown_as_nothing_that_acts(
    on_one: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "a\x1b[31m'$(id).csv"
    head = HEAD.replace("Cargo", "\x1b[31m\x07Cargo")
    path.write_text(f"{head}\n{ANA}\n\u202eCid;cid@x.test;;;;1\n", encoding="utf-8")

    for more in (" --name x", " --name x --json"):
        ran = on_one(f"courtesy plan -e {SLUG} -t {GIFT}{more}", str(path))
        assert [c for c in ran.out + ran.err if c in "\x1b\x07\u202e"] == []
        assert ran.code == 6


def test_a_campaign_of_two_events_needs_to_be_told_apart(on_one: Commands, tmp_path: Path) -> None:
    on_one.has_event(NIGHT.replace(f'"{SLUG}"', '"outra"'))
    for event in (SLUG, "outra"):
        plan = on_one(f"courtesy plan -e {event} -t {GIFT} --json", a_list(tmp_path)).json["plan"]
        on_one("courtesy apply --yes", plan)

    assert on_one("courtesy reclaim convidados --yes --json").error["code"] == "value.invalid"
    assert on_one(f"courtesy reclaim convidados -e {SLUG} --yes --json").json["codes"] == 2
    assert {g["state"] for g in on_one("courtesy list -e outra --json").rows} == {"planned"}
