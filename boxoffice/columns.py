"""Column types that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Enum, Index, MetaData, String, text
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

# Searched by prefix: bytes must sort as bytes, which a PostgreSQL locale would not do.
SearchText = String().with_variant(String(collation="C"), "postgresql")


_CONDITION = "condition"

# What a row may hold is checked before it is one: no table need be loaded with its own checks.
SQLModel.model_config["defer_build"] = True


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


def partial_index(name: str, column: str, *, where: str, unique: bool = False) -> Index:
    """Return an index of the rows of which `where` is so.

    Its condition is told to the databases by `with_conditions`, for whoever makes tables. Only they
    need it, and SQLAlchemy loads all of PostgreSQL for it: a tenth of the start of a command.
    """
    return Index(name, column, unique=unique, info={_CONDITION: where})


def with_conditions(metadata: MetaData) -> MetaData:
    """Tell both databases the conditions of partial indexes, and return the same tables."""
    for table in metadata.tables.values():
        for index in table.indexes:
            for dialect in ("sqlite", "postgresql") if _CONDITION in index.info else ():
                index.dialect_kwargs[f"{dialect}_where"] = text(index.info[_CONDITION])
    return metadata


def minor(*, default: int | None = None, nullable: bool = False) -> Column[int]:
    """Return a column of minor units: 64 bits, for 32 end at twenty million reais."""
    return Column(BigInteger(), nullable=nullable, default=default)
