"""Reading ahead changes nothing but when blocks are read."""

import threading
from collections.abc import Iterator

import pytest

from boxoffice.exports.ahead import reading_ahead


def test_every_block_comes_in_its_order() -> None:
    with reading_ahead(range(1_000)) as blocks:
        assert list(blocks) == list(range(1_000))


def test_what_goes_wrong_is_raised_after_the_blocks_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ZeroDivisionError

    with reading_ahead(broken()) as blocks:
        found = [next(blocks), next(blocks)]
        with pytest.raises(ZeroDivisionError):
            next(blocks)

    assert found == [1, 2]


def test_who_wants_no_more_leaves_no_thread_behind() -> None:
    before = threading.active_count()

    with reading_ahead(iter(int, 1)) as blocks:
        assert next(blocks) == 0

    assert threading.active_count() == before


def test_only_a_few_blocks_are_read_before_they_are_wanted() -> None:
    read: list[int] = []

    def told() -> Iterator[int]:
        for number in range(1_000):
            read.append(number)
            yield number

    with reading_ahead(told()) as blocks:
        for number, _ in zip(blocks, range(20), strict=False):
            assert len(read) <= number + 7
