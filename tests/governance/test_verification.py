"""Tampering of every kind, by SQL with the triggers taken off: each is found, and named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings

from governance.actions import sources
from governance.models import (
    Account,
    Passage,
    Version,
)
from governance.verification import governed_models
from tests.support import knowledge
from tests.support.databases import rolled_back
from tests.support.lives import Life, moves
from tests.support.tampering import (
    delete,
    fit_content_digests,
    fit_passage_digests,
    fit_version_digests,
    found,
    named,
    set_column,
    sql,
    tamper,
)

pytestmark = [
    pytest.mark.database,
    pytest.mark.django_db,
    pytest.mark.usefixtures("tampered_world"),
]
NOON = datetime(2026, 8, 31, 4, 0, tzinfo=UTC)
LATER = datetime(2026, 9, 9, tzinfo=UTC)


@pytest.mark.parametrize("model", governed_models(), ids=lambda m: m.__name__)
def test_deleted_row_is_found(model: type[Any]) -> None:
    row = model._default_manager.order_by("pk").first()
    if row is None:
        pytest.skip("There is no row of this kind here.")
    tamper(lambda: sql(f"DELETE FROM {model._meta.db_table} WHERE id = %s", row.pk))

    assert f"{model._meta.model_name} {row.pk}" in named()


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("department", "name", "'Cardiology'"),
        ("person", "number, display_name, duty, is_curator, is_reviewer, is_graph_editor",
         "'E9', 'Eve', 'security', false, false, false"),
        ("account", "username, person_id, is_active, password", "'eve', 1, true, 'x'"),
        ("client", "name, scopes, source_classes, created_at",
         "'spy', '[]', '[]', '2026-01-01'"),
        ("classpolicy", "source_class, months", "'textbook', 1"),
    ],
)  # fmt: skip
def test_added_row_is_found(table: str, columns: str, values: str) -> None:
    tamper(lambda: sql(f"INSERT INTO governance_{table} ({columns}) VALUES ({values})"))

    assert any(f.detail == "The trail knows nothing of this row." for f in found())


@pytest.mark.parametrize("part", ["contributor", "identifier", "retirement"])
def test_deleted_part_is_found_in_its_owner(part: str) -> None:
    tamper(delete(part, "1 = 1"))

    owner = "source" if part == "identifier" else "version"
    assert any(name.startswith(owner) for name in named())


# The text.

TEXT = set_column("passage", "text", "Double the dose.", "replaces_id IS NOT NULL")
OLD_TEXT = set_column(
    "passage", "text", "Double it.", "id IN (SELECT replaces_id FROM governance_passage)"
)
FITS = [fit_passage_digests, fit_content_digests, fit_version_digests]


@pytest.mark.parametrize("fits", range(4))
def test_changed_text_is_found_however_far_the_digests_are_made_to_fit(fits: int) -> None:
    changed = Passage.objects.get(replaces__isnull=False)
    tamper(TEXT, *FITS[:fits])

    expected = f"version {changed.version_id}" if fits else f"passage {changed.pk}"
    assert expected in named()


def test_changed_text_of_what_was_corrected_is_found() -> None:
    old = Passage.objects.get(replacement__isnull=False)
    tamper(OLD_TEXT, fit_passage_digests)

    assert f"passage {old.pk}" in named()


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("passage", "page", 99),
        ("passage", "kind", "table"),
        ("passage", "boxes", "[[1, 2, 3, 4, 5]]"),
        ("passage", "position", 7),
        ("section", "title", "Overdosing"),
        ("section", "path", '["Overdosing"]'),
        ("section", "level", 3),
        ("section", "page", 9),
        ("section", "position", 5),
    ],
)
def test_changed_place_of_a_text_is_found(table: str, column: str, value: object) -> None:
    version = Version.objects.get(label="2026")
    tamper(set_column(table, column, value, f"version_id = {version.pk}"))

    assert f"version {version.pk}" in named()


@pytest.mark.parametrize("table", ["passage", "section"])
def test_deleted_text_is_found(table: str) -> None:
    version = Version.objects.get(label="2026")
    tamper(delete(table, f"version_id = {version.pk}"))

    assert f"version {version.pk}" in named()


def test_added_text_is_found() -> None:
    version = Version.objects.get(label="2026")
    section = version.sections.get()
    new = Passage(version=version, section=section, position=9, text="More.", digest="x")
    tamper(new.save, fit_passage_digests)

    assert f"version {version.pk}" in named()


def test_correction_that_was_undone_is_found() -> None:
    corrected = Passage.objects.get(replaces__isnull=False)
    tamper(set_column("passage", "replaces_id", None))

    assert f"passage {corrected.pk}" in named()


def test_correction_that_never_was_is_found() -> None:
    one, other = Passage.objects.filter(version__label="2026")
    tamper(set_column("passage", "replaces_id", other.pk, f"id = {one.pk}"))

    assert f"passage {one.pk}" in named()


def test_deleted_original_of_a_correction_is_found() -> None:
    old = Passage.objects.get(replacement__isnull=False)
    tamper(delete("passage", f"id = {old.pk}"))

    assert f"passage {old.pk}" in named()


# Good databases.


def test_good_database_gives_no_finding() -> None:
    assert found() == []


def test_last_login_is_no_finding() -> None:
    sql("UPDATE governance_account SET last_login = %s", NOON)

    assert found() == []


def test_finding_says_where_and_what() -> None:
    tamper(delete("auditpayload", "number = 5"))

    assert "entry 5: Its payload is missing." in [str(f) for f in found()]


def test_passages_that_changed_their_numbers_are_found() -> None:
    """A quarantine, a citation: all go by the number, and would be of another text."""
    version = Version.objects.active().latest("pk")
    one, other = version.passages.order_by("position")[:2]
    columns = ("section_id", "position", "kind", "page", "text", "digest")
    swapped = [
        set_column("passage", column, getattr(had, column), f"id = {got.pk}")
        for got, had in ((one, other), (other, one))
        for column in columns
    ]

    tamper(*swapped)

    assert [str(f) for f in found()] == [
        f"version {version.pk}: Its passages are not numbered as they were approved."
    ]


def test_draft_read_as_empty_is_no_finding() -> None:
    ana = Account.objects.get(username="ana")
    knowledge.draft(knowledge.source(ana), ana, texts=())

    assert found() == []


def test_source_that_was_edited_is_no_finding() -> None:
    version = Version.objects.get(label="2027")
    ben = Account.objects.get(username="ben")
    described = knowledge.describe(
        identifiers=version.source.identified()
        and [(i["kind"], i["value"]) for i in version.source.identified()]
    )
    sources.edit(source=version.source, description=described, reason="New.", by=ben)

    assert found() == []


@pytest.mark.slow
@pytest.mark.long
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves(most=25))
def test_long_random_history_gives_no_finding(story: list[Any]) -> None:
    with rolled_back(), time_machine.travel(datetime(2027, 8, 31, tzinfo=UTC), tick=False) as clock:
        Life.begin(clock, "clinical_guideline").go(story)

        assert found() == []
