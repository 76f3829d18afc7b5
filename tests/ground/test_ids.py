"""Ids sort by the time they were made; codes hold nothing that looks like another."""

import time
from uuid import RFC_4122

from boxoffice.ids import CODE_ALPHABET, CODE_LENGTH, new_code, new_id


def test_an_id_is_a_uuid_of_version_7() -> None:
    ids = [new_id() for _ in range(1_000)]

    assert {made.version for made in ids} == {7}
    assert {made.variant for made in ids} == {RFC_4122}
    assert len(set(ids)) == 1_000


def test_an_id_begins_with_the_millisecond_it_was_made_in() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    after = time.time_ns() // 1_000_000

    assert before <= made.int >> 80 <= after


def test_ids_of_different_milliseconds_sort_by_time() -> None:
    first = new_id()
    while time.time_ns() // 1_000_000 == first.int >> 80:
        pass

    assert first < new_id()


def test_a_code_has_six_letters_that_nobody_takes_for_another() -> None:
    letters = set("".join(new_code() for _ in range(1_000)))

    assert len(new_code()) == CODE_LENGTH == 6
    assert letters == set(CODE_ALPHABET)
    assert not letters & set("ILOU01")
