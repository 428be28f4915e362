"""Days that cannot be meant are refused, those that are merely early or late are not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from governance import clock
from governance.actions import clients, versions
from governance.actions.versions import Edition
from governance.duties import Scope
from governance.errors import Malformed
from governance.lifecycle import check_dates
from governance.models import Account, Source, Version
from governance.originals import Original
from tests.support.callers import code, file, log_in
from tests.support.visiting import Visitor, source_at

TODAY = date(2026, 8, 31)
ORIGINAL = Original("a" * 64, 3, "guideline.txt")


@pytest.mark.parametrize("day", ["1500", "1542-06", "2026-08-31", "2027-08-31", "2027-08", "2027"])
def test_day_of_publication_may_be_old_or_lie_somewhat_ahead(day: str) -> None:
    check_dates(day, None, None, today=TODAY)


@pytest.mark.parametrize("day", ["9999-12-31", "2027-09-01", "2028", "1499-12-31", "0001"])
def test_day_of_publication_that_cannot_be_meant_is_refused(day: str) -> None:
    with pytest.raises(Malformed, match=r"published_on: .*between 1500-01-01 and 2027-08-31"):
        check_dates(day, None, None, today=TODAY)


@pytest.mark.parametrize("day", [date(1499, 12, 31), date(2036, 9, 1), date.max, date.min])
def test_day_of_taking_effect_that_cannot_be_meant_is_refused(day: date) -> None:
    with pytest.raises(Malformed, match="effective_from"):
        check_dates("1500", day, None, today=TODAY)


@pytest.mark.parametrize("day", [date(2126, 9, 1), date.max])
def test_last_day_that_cannot_be_meant_is_refused(day: date) -> None:
    with pytest.raises(Malformed, match="effective_until"):
        check_dates("2024", None, day, today=TODAY)


def test_law_may_take_effect_in_ten_years_and_hold_for_ninety() -> None:
    check_dates("2026", date(2036, 8, 31), date(2126, 8, 31), today=TODAY)


def test_version_of_the_year_9999_is_not_registered(source: Source, ana: Account) -> None:
    with pytest.raises(Malformed):
        versions.register(
            source=source, edition=Edition("1", "9999-01-01"), original=ORIGINAL, by=ana
        )

    assert not Version.objects.exists()


def test_program_is_told_the_field(source: Source, ana: Account) -> None:
    answer = log_in(ana).upload(f"sources/{source.pk}/versions/", published_on="9999-01-01")

    assert code(answer) == (400, "malformed")
    assert answer.json()["field"] == "published_on"


def test_person_is_told_beside_the_field(source: Source, ana: Account) -> None:
    fields = {"label": "1", "published_on": "2024", "effective_until": "9999-12-31"}
    answer = Visitor(ana).press(source_at(source, "new-version"), file=file(), **fields)

    assert answer.status_code == 400
    assert answer.context["form"].errors["effective_until"]


@pytest.mark.parametrize("after", [timedelta(0), timedelta(days=-1), timedelta(days=20 * 366)])
def test_key_that_has_expired_or_never_will_is_not_made(sue: Account, after: timedelta) -> None:
    with pytest.raises(Malformed):
        clients.create(name="tier", scopes=[Scope.AUDIT], expires_at=clock.now() + after, by=sue)
