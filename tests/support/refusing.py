"""Seeing the database itself say no, behind the back of every action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction


@contextmanager
def database_refuses(saying: str) -> Iterator[None]:
    """What is done inside breaks a constraint or a trigger of this name, and is undone."""
    with pytest.raises(IntegrityError, match=saying), transaction.atomic():
        yield
