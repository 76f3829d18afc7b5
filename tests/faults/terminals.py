"""Four terminals that sell with the real command, each a shell loop; by hand for more of them.

python -m tests.faults.terminals 1000            boxoffice up, its Redis killed twice meanwhile
python -m tests.faults.terminals 200 --laptop    SQLite, and no Redis at all
"""

import email
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.commands import EVENT, Commands
from tests.faults.rig import wait_until
from tests.making import LOTE, SLUG

STOP_SECONDS = 180  # only against hanging
TERMINALS = 4

_SALES_SECONDS_MAX = 3600.0  # only against hanging
_PLENTY = EVENT.replace("quota = 10\n", "quota = 10000\n", 1)


@dataclass(frozen=True)
class Done:
    """What four terminals did, and what became of it."""

    buyers: list[str]  # whom an order was asked for
    sold: int  # commands that answered with a paid order
    kills: int  # times that Redis was killed
    retries: int  # commands that were to be tried again later, and were
    mails: Counter[str]  # by address
    sale_seconds: float
    mail_seconds: float  # from the last sale to the last mail


@contextmanager
def up(office: Commands) -> "Iterator[tuple[subprocess.Popen[bytes], list[str]]]":
    """Start everything; yield the process and what it says. What is left at the end is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from boxoffice.cli.main import run; run()", "up", "--port", "0"],
        env=office.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said: list[str] = []

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            said.extend(line.decode() for line in lines)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield process, said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
        listener.join(STOP_SECONDS)


def laptop(home: Path) -> Commands:
    """Return the program on a SQLite of its own."""
    office = Commands(f"sqlite:///{home}/boxoffice.db", home)
    assert office("init").code == 0
    return office


def is_well(office: Commands) -> bool:
    """Whether the doctor finds nothing wrong."""
    return office("doctor --json").code == 0


def sold_in_four(office: Commands, count: int, *, kills: int = 0, up_number: int = 0) -> Done:
    """Sell `count` orders from four shells; kill the Redis of `boxoffice up` so often meanwhile."""
    office.has_event(_PLENTY)
    share = count // TERMINALS
    started_at = time.monotonic()
    shells = [_shell(office, number, share) for number in range(TERMINALS)]
    answers = [office.home / f"terminal-{number}.out" for number in range(TERMINALS)]

    def lines() -> list[str]:
        return [line for path in answers for line in path.read_text("utf-8").splitlines()]

    def has_sold(due: int) -> bool:
        return len(lines()) >= due

    for kill in range(1, kills + 1):
        due = share * TERMINALS * kill // (kills + 1)
        wait_until(partial(has_sold, due), seconds_max=_SALES_SECONDS_MAX)
        os.kill(_redis_of(up_number), signal.SIGKILL)
    codes = [shell.wait() for shell in shells]
    retries = _said(office.home).count('{"error"')
    sale_seconds = time.monotonic() - started_at
    watched = (
        office("job watch --until-empty --timeout 300")
        if kills
        else office("job run --until-empty")
    )
    assert watched.code == 0, watched.err
    states = [json.loads(line)["order"]["state"] for line in lines()]
    assert set(codes) == {0}, _said(office.home)
    return Done(
        buyers=[_buyer(number, turn) for number in range(TERMINALS) for turn in range(share)],
        sold=states.count("paid"),
        kills=kills,
        retries=retries,
        mails=_mails(office.home),
        sale_seconds=sale_seconds,
        mail_seconds=time.monotonic() - started_at - sale_seconds,
    )


def _buyer(number: int, turn: int) -> str:
    return f"t{number}-{turn}@example.com"


def _shell(office: Commands, number: int, count: int) -> "subprocess.Popen[bytes]":
    """Start a loop of the real command in a shell, as a clerk's script would be.

    A busy machine may answer "try again later" (75): then the script does, under the same key.
    """
    sell = shlex.join(office.words(f"order sell -e {SLUG} --tier '{LOTE}' --json --method cash"))
    who = f"t{number}-$i"
    loop = (
        f"i=0; while [ $i -lt {count} ]; do "
        f"{sell} --idempotency-key {who} --buyer-name Rita --buyer-email {who}@example.com; "
        "code=$?; case $code in 0) i=$((i + 1));; 75) ;; *) exit $code;; esac; done"
    )
    with (
        (office.home / f"terminal-{number}.out").open("wb") as out,
        (office.home / f"terminal-{number}.err").open("wb") as err,
    ):
        return subprocess.Popen(  # noqa: S603  (our own program)
            ["/bin/sh", "-c", loop],
            env=office.environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )


def _redis_of(number: int) -> int:
    """Return the number of the Redis that a running `boxoffice up` has now."""
    found: list[int] = []

    def is_there() -> bool:
        path = Path(f"/proc/{number}/task/{number}/children")
        found[:] = [
            int(child)
            for child in path.read_text().split()
            if b"redis-server" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        return bool(found)

    wait_until(is_there)
    return found[0]


def _said(home: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(home.glob("terminal-*.err")))


def _mails(home: Path) -> Counter[str]:
    found = [email.message_from_bytes(path.read_bytes()) for path in (home / "mail/new").iterdir()]
    return Counter(email.utils.parseaddr(mail["To"])[1] for mail in found)


def main() -> None:
    """Sell as many as the words say, and print what came of it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whatever ends us, we clean up
    count, is_laptop = int(sys.argv[1]), "--laptop" in sys.argv
    with tempfile.TemporaryDirectory(prefix="boxoffice-up-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # the server of root is `nobody`'s
        if is_laptop:
            done = sold_in_four(laptop(home), count)
        else:
            office = Commands("", home)
            del office.settings["BOXOFFICE_DATABASE_URL"]
            with up(office) as (process, said):
                wait_until(lambda: is_well(office), why=lambda: "".join(said))
                done = sold_in_four(office, count, kills=2, up_number=process.pid)
    told = {
        "sold": done.sold,
        "redis_killed": done.kills,
        "retries": done.retries,
        "mails": done.mails.total(),
        "buyers_with_one": sum(done.mails[buyer] == 1 for buyer in done.buyers),
        "sale_seconds": round(done.sale_seconds),
        "mail_seconds": round(done.mail_seconds, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
