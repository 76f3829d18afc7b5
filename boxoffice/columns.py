"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Enum, Index, String
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

# Searched by prefix: bytes must sort as bytes, which a PostgreSQL locale would not do.
SearchText = String().with_variant(String(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: an aware UTC datetime in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive moment: nobody would know what it means."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment needs a time zone"
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word(words: type[StrEnum], name: str, **options: Any) -> Column[Any]:
    """Return a text column that holds one of `words`, held to them by a CHECK called `name`."""
    return Column(_words(words, name), nullable=False, **options)


def optional_word(words: type[StrEnum], name: str) -> Column[Any]:
    """Return a text column that holds one of `words` or nothing."""
    return Column(_words(words, name), nullable=True)


def _words(words: type[StrEnum], name: str) -> Enum:
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


def json_column(**options: Any) -> Column[Any]:
    """Return a column that holds a JSON value."""
    return Column(JSON(none_as_null=True), **options)


def moment(*, nullable: bool = False, **options: Any) -> Column[datetime]:
    """Return a column that holds a moment."""
    return Column(UtcDateTime(), nullable=nullable, **options)


def minor(*, default: int | None = None, nullable: bool = False) -> Column[int]:
    """Return a column of minor units: 64 bits, for 32 end at twenty million reais."""
    return Column(BigInteger(), nullable=nullable, default=default)


def partial_index(name: str, column: str, *, where: str, unique: bool = False) -> Index:
    """Return an index of those rows alone for which `where` is true.

    `where` is written down here and told to the dialects in `migrations/models.py`: SQLAlchemy
    would load PostgreSQL's to hear of it, 35 ms of each command on SQLite.
    """
    return Index(name, column, unique=unique, info={"where": where})
