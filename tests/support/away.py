"""The truth out of reach: the database does not answer for as long as it lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


@contextmanager
def truth_away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """Every statement fails as it does where the database has gone away."""

    def refuse(*_statement: Any) -> None:
        raise error("told to be away")

    with connection.execute_wrapper(refuse):
        yield
