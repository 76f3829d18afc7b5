"""What Prometheus reads: how the work stands, and nothing of anybody."""

import re
from pathlib import Path

from boxoffice.outbox.models import Part
from boxoffice.outbox.pulse import beat
from tests.listener.conftest import Post
from tests.making import an_event, an_order

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
LETTER = b'{"id": "evt_1", "event": "ACCOUNT_STATUS_CHANGED"}'


def test_the_work_is_counted(post: Post) -> None:
    an_event(post.office)
    an_order(post.office)
    post.send(LETTER)
    with post.office.writing() as session:
        beat(session, "worker@here:1", Part.WORKER, now=post.office.now())

    told = post.client.get("/metrics")

    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = told.text.splitlines()
    assert 'boxoffice_jobs{state="waiting",queue="money",kind="payment.read_letter"} 1' in lines
    assert "boxoffice_jobs_due 1" in lines
    assert "boxoffice_letters_unread 1" in lines
    assert 'boxoffice_heartbeat_age_seconds{part="worker",name="worker@here:1"} 0.0' in lines


def test_alarms_and_pictures_speak_of_what_is_told(post: Post) -> None:
    named = {
        name: set(re.findall(r"\bboxoffice_\w+", (MONITORING / name).read_text(encoding="utf-8")))
        for name in ("alerts.yml", "boxoffice.json")
    }

    told = set(re.findall(r"^# TYPE (\w+) gauge$", post.client.get("/metrics").text, re.MULTILINE))

    assert named == {"alerts.yml": told - {"boxoffice_jobs_due"}, "boxoffice.json": told}


def test_who_comes_through_a_proxy_finds_nothing(post: Post) -> None:
    told = post.client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})

    assert told.status_code == 404
    assert "boxoffice_jobs" not in told.text
