"""Brings things to a state the way they get there in life: through actions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

from governance import originals
from governance.actions import people, quarantines, sources, uploads, versions
from governance.actions.passages import PassageText, SectionText, Text
from governance.actions.uploads import Reading
from governance.actions.versions import Edition, RetirementOrder
from governance.confirmation import Confirmed
from governance.duties import Role
from governance.lifecycle import RetirementReason
from governance.models import Account, Passage, Quarantine, Source, Version
from governance.trail import SHELL

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def account(name: str, *roles: Role, number: str = "") -> Account:
    applicant = people.Applicant(name, number=number, display_name=name.capitalize())
    return people.create_account(applicant=applicant, roles=roles, password=PASSWORD, by=SHELL)


def describe(**changed: object) -> sources.Description:
    given: dict[str, object] = {
        "title": "Asthma guideline",
        "source_class": "clinical_guideline",
        "issuer": "Respiratory Society",
        "language": "en",
        "licence": sources.Licence("CC BY 4.0"),
        "identifiers": [("doi", f"10.1000/asthma.{next(_numbers)}")],
    }
    return sources.Description(**(given | changed))


def source(by: Account, **changed: object) -> Source:
    return sources.register(description=describe(**changed), by=by)


def draft(
    of: Source,
    by: Account,
    *,
    texts: Sequence[str] = ("Start low.", "Go slow."),
    label: str = "2024",
    effective_from: date | None = None,
    effective_until: date | None = None,
) -> Version:
    """A draft whose file has been read as these passages, in one section."""
    version = unread(
        of, by, label=label, effective_from=effective_from, effective_until=effective_until
    )
    read(version, texts)
    version.refresh_from_db()
    return version


def many(of: Source, by: Account, count: int) -> list[Version]:
    """So many drafts that nobody has read."""
    return [unread(of, by, label=f"No. {n}") for n in range(count)]


def unread(of: Source, by: Account, *, label: str = "2024", **dates: date | None) -> Version:
    original = originals.keep([f"file {next(_numbers)}".encode()], "guideline.txt")
    edition = Edition(label=label, published_on="2024-05", **dates)
    return versions.register(source=of, edition=edition, original=original, by=by)


def read(version: Version, texts: Sequence[str]) -> None:
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt
    reading = Reading("text/plain", None, "test-1", [])
    text = Text([SectionText(1, "Dosing", ("Dosing",))], [PassageText(0, t) for t in texts])
    uploads.finish_reading(upload=version.upload, attempt=attempt, reading=reading, text=text)


def in_review(of: Source, by: Account, **given: object) -> Version:
    return submitted(draft(of, by, **given), by)


def submitted(version: Version, by: Account) -> Version:
    return versions.submit(version=version, reason="Ready.", by=by)


def approve(version: Version, by: Account, reason: str = "Read against the print.") -> Version:
    digest = version.digest_now()
    return versions.approve(version=version, by=Confirmed(by), reason=reason, digest=digest)


def active(of: Source, by: Account, reviewer: Account, **given: object) -> Version:
    return approve(in_review(of, by, **given), reviewer)


def reaffirm(version: Version, by: Account) -> Version:
    return versions.reaffirm(
        version=version, by=Confirmed(by), reason="No change.", searched="PubMed, issuer's site"
    )


def retire(
    version: Version, by: Account, code: RetirementReason = RetirementReason.OUTDATED
) -> Version:
    order = RetirementOrder(code, "No longer fit.")
    return versions.retire(version=version, order=order, by=Confirmed(by))


def quarantine(subject: Version | Passage, by: Account) -> Quarantine:
    return quarantines.begin(subject=subject, reason="A reader doubts the dose.", by=by)


def lift(subject: Version | Passage, *by: Account) -> None:
    for person in by:
        quarantines.lift(subject=subject, reason="The dose is right.", by=person)
