"""Files in a bucket: whole or not there, private, and refused where the public may look in."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from boxoffice.adapters.s3 import S3Store
from boxoffice.audit.models import AuditEntry
from boxoffice.errors import BadFile, BadValue, Misconfigured, NotFound, Unavailable
from boxoffice.exports.asked import Asked
from boxoffice.exports.link import MINUTES_MAX, Lent, link
from boxoffice.office import BoxOffice
from tasks.exports import run_asked
from tests.making import SLUG, Clock, a_sale, an_event, rows
from tests.services.s3 import BUCKET, a_client, an_s3, close, objects

KEY = Path("a/b.csv")
PART = 8 * 2**20


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    with an_s3() as made:
        yield made


@pytest.fixture
def client(s3: dict[str, str]) -> Iterator[Any]:
    assert s3
    made = a_client()
    close(made)
    yield made
    for key in objects(made):
        made.delete_object(Bucket=BUCKET, Key=key)


@pytest.fixture
def store(client: Any) -> S3Store:
    assert client
    return S3Store(BUCKET)


@pytest.mark.parametrize("count", [0, 1, PART - 1, PART, PART + 1, 2 * PART + 5])
def test_an_object_has_the_bytes_that_were_written(store: S3Store, client: Any, count: int) -> None:
    content = bytes(range(256)) * (count // 256) + b"x" * (count % 256)

    size = store.publish(KEY, [content[: count // 2], content[count // 2 :]])

    assert size == count
    assert objects(client)[str(KEY)] == content
    assert store.digest_of(KEY) == hashlib.sha256(content).hexdigest()


def test_a_run_that_breaks_leaves_the_old_object_and_nothing_to_pay_for(
    store: S3Store, client: Any
) -> None:
    store.publish(KEY, [b"old"])

    def parts() -> Iterator[bytes]:
        yield b"x" * (PART + 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.publish(KEY, parts())

    assert objects(client) == {str(KEY): b"old"}
    assert "Uploads" not in client.list_multipart_uploads(Bucket=BUCKET)


def test_the_old_object_has_the_name_until_all_has_arrived(store: S3Store, client: Any) -> None:
    store.publish(KEY, [b"old"])
    seen: list[bytes] = []

    store.publish(KEY, [b"new"], before_naming=lambda: seen.append(objects(client)[str(KEY)]))

    assert (seen, objects(client)) == ([b"old"], {str(KEY): b"new"})


def test_no_call_of_ours_carries_an_acl(store: S3Store) -> None:
    sent: list[Any] = []
    events = store._client.meta.events  # noqa: SLF001  (what leaves us is seen nowhere else)
    events.register("before-send.s3", lambda request, **_: sent.append(request))

    store.publish(KEY, [b"x"])

    assert len(sent) == 3
    assert not [name for one in sent for name in one.headers if "acl" in name.lower()]
    assert not [one for one in sent if "acl" in one.url]


@pytest.mark.parametrize("switch", ["BlockPublicAcls", "RestrictPublicBuckets"])
def test_a_bucket_that_the_public_may_look_into_is_refused(
    store: S3Store, client: Any, switch: str
) -> None:
    close(client, **{switch: False})

    with pytest.raises(Misconfigured) as caught, store.only_one(KEY, ""):
        raise AssertionError("nothing is written")

    assert caught.value.case == "store.public"


def test_a_bucket_without_any_block_is_refused_unless_it_is_said_to_be_right(
    store: S3Store, client: Any
) -> None:
    client.delete_public_access_block(Bucket=BUCKET)

    with pytest.raises(Misconfigured), store.only_one(KEY, ""):
        raise AssertionError("nothing is written")
    with S3Store(BUCKET, is_public_ok=True).only_one(KEY, ""):
        store.publish(KEY, [b"x"])

    assert objects(client) == {str(KEY): b"x"}


def test_a_bucket_that_is_not_there_is_told(client: Any) -> None:
    assert client
    with pytest.raises(BadFile, match="NoSuchBucket"):
        S3Store("no-such-bucket").publish(KEY, [b"x"])


def test_a_store_that_does_not_answer_is_tried_again_later(client: Any) -> None:
    assert client
    with patch.dict(os.environ, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}):
        store = S3Store(BUCKET)

    with pytest.raises(Unavailable) as caught:
        store.publish(KEY, [b"x"])

    assert (caught.value.case, caught.value.exit_code) == ("store.unavailable", 75)


@pytest.mark.parametrize(
    "out",
    [
        "s3://",
        "s3://b",
        "s3://noite-exports/",
        "s3://Noite/x",
        "s3://noite-exports/a/../x",
        "s3://noite-exports//x",
        "s3://noite-exports/a/./x",
        "s3://noite-exports/" + "k" * 1_020,
    ],
)
def test_an_address_that_names_no_object_is_refused(out: str) -> None:
    with pytest.raises(BadValue):
        S3Store.of(out)


def test_an_export_lies_in_the_bucket_with_its_manifest_beside(
    office: BoxOffice, client: Any
) -> None:
    an_event(office)
    a_sale(office)
    out = f"s3://{BUCKET}/night/{{event}}.csv"

    written, _ = run_asked(office, office.actor, Asked("attendees", out, event=SLUG))

    found = objects(client)
    manifest = json.loads(found["night/noite.csv.manifest.json"])
    assert manifest["sha256"] == hashlib.sha256(found["night/noite.csv"]).hexdigest()
    assert written.file == f"s3://{BUCKET}/night/noite.csv"


def test_so_many_objects_are_kept(office: BoxOffice, clock: Clock, client: Any) -> None:
    an_event(office)
    asked = Asked("attendees", f"s3://{BUCKET}/{{date}}.csv", event=SLUG, keep=2)

    for _ in range(4):
        run_asked(office, office.actor, asked)
        clock.forward(days=1)

    names = sorted(name for name in objects(client) if not name.endswith(".json"))
    assert names == ["2026-11-24.csv", "2026-11-25.csv"]
    assert len(objects(client)) == 4


def test_what_a_bucket_was_brought_is_not_brought_again(office: BoxOffice, client: Any) -> None:
    an_event(office)
    a_sale(office)
    asked = Asked("attendees", f"s3://{BUCKET}/a.csv", event=SLUG, since="last")

    counts = [run_asked(office, office.actor, asked)[0].rows for _ in range(2)]

    assert (counts, len(objects(client))) == ([1, 0], 2)


def test_a_file_in_the_bucket_is_lent_out_for_a_while_and_the_audit_knows(
    office: BoxOffice, client: Any
) -> None:
    an_event(office)
    a_sale(office)
    out = f"s3://{BUCKET}/night/a.csv"
    run_asked(office, office.actor, Asked("attendees", out))

    lent = lent_out(office, out, minutes=60)

    answer = httpx.get(lent.url)
    assert answer.content == objects(client)["night/a.csv"]
    assert answer.headers["content-disposition"] == "attachment"
    assert "X-Amz-Expires=3600&" in lent.url
    assert lent.expires_at == office.now() + timedelta(hours=1)
    assert [row.facts for row in rows(office, AuditEntry) if row.verb == "export.link"] == [
        {"minutes": 60}
    ]


def test_no_other_file_is_lent_out(office: BoxOffice, client: Any, tmp_path: Path) -> None:
    client.put_object(Bucket=BUCKET, Key="somebody.csv", Body=b"theirs")
    out = f"s3://{BUCKET}/a.csv"
    run_asked(office, office.actor, Asked("attendees", out))
    run_asked(office, office.actor, Asked("attendees", str(tmp_path / "a.csv")))

    with pytest.raises(NotFound):
        lent_out(office, f"s3://{BUCKET}/somebody.csv")
    with pytest.raises(BadValue, match="lies in no bucket"):
        lent_out(office, str(tmp_path / "a.csv"))
    for minutes in (0, MINUTES_MAX + 1):
        with pytest.raises(BadValue, match="--minutes"):
            lent_out(office, out, minutes=minutes)


def lent_out(office: BoxOffice, out: str, *, minutes: int = 15) -> Lent:
    store, file = office.store_of(out)
    with office.writing() as session:
        return link(
            session, office.actor, store=store, file=file, minutes=minutes, now=office.now()
        )
