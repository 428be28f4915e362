"""Files that come in: received, read once, confirmed in one press, or discarded."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.errors import AlreadyIncoming, ChangedMeanwhile, DuplicateUpload, NotAllowed
from governance.models import (
    Account,
    AuditEntry,
    AuditPayload,
    Source,
    SourceContributor,
    Upload,
    Version,
)
from ingest import incoming
from ingest.models import Incoming
from tests.ingest.incoming_files import (
    INBOX,
    confirm_at,
    confirmed,
    discard_at,
    drop,
    ready,
    received,
    send_named,
    sent,
)
from tests.support import knowledge
from tests.support.visiting import Visitor, version_at, words

State = Incoming.State
DOI = ("doi", "10.1000/182")


def test_dropped_file_waits_to_be_read(ana: Account) -> None:
    assert drop(ana, sent()).json()["refused"] == []

    assert Incoming.objects.get().state == State.WAITING


def test_nothing_is_a_source_before_it_is_confirmed(ana: Account) -> None:
    ready(ana)

    assert not Source.objects.exists()
    assert not Upload.objects.exists()


def test_read_file_has_proposals(ana: Account) -> None:
    came = ready(ana)

    told = {each["field"]: each["value"] for each in reversed(came.proposals)}
    assert told["title"] == "成人哮喘诊治指南（2024版）"
    assert told["doi"] == "10.1000/182"
    assert told["published_on"] == "2024-05"


def test_number_that_is_none_is_not_proposed(ana: Account) -> None:
    came = ready(ana, text="# Book\n\nISBN 978-0-306-40615-8\n\nWords enough to read.\n")

    assert "isbn" not in {each["field"] for each in came.proposals}


def test_confirming_registers_source_and_version_in_one_change(ana: Account) -> None:
    came = ready(ana)

    answer = Visitor(ana).press(confirm_at(came), **confirmed(DOI))

    version = Version.objects.get()
    assert answer.headers["Location"] == version_at(version)
    assert (version.label, version.source.title) == ("2024", "Asthma guideline")


def test_confirmed_file_leaves_the_inbox(ana: Account) -> None:
    came = ready(ana)

    Visitor(ana).press(confirm_at(came), **confirmed(DOI))

    came.refresh_from_db()
    assert (came.state, came.version) == (State.REGISTERED, Version.objects.get())
    assert not incoming.waiting().exists()


def test_who_confirms_is_contributor(ana: Account, dora: Account) -> None:
    Visitor(dora).press(confirm_at(ready(ana)), **confirmed(DOI))

    assert SourceContributor.objects.get().person == dora.person


def test_who_brought_it_in_is_contributor_too(ana: Account, ben: Account) -> None:
    Visitor(ana).press(confirm_at(ready(ben)), **confirmed(DOI))

    version = Version.objects.get()
    assert version.contributed_to_by(ana.person)
    assert version.contributed_to_by(ben.person)


def test_refused_confirmation_registers_nothing(ana: Account) -> None:
    came = ready(ana)

    answer = Visitor(ana).press(confirm_at(came), **confirmed(DOI, published_on="2024-13"))

    assert answer.status_code == 400
    assert not Source.objects.exists()
    came.refresh_from_db()
    assert came.state == State.READY


def test_wrong_number_is_shown_and_nothing_registered(ana: Account) -> None:
    answer = Visitor(ana).press(confirm_at(ready(ana)), **confirmed(("isbn", "978-0-306-40615-8")))

    assert answer.status_code == 400
    assert not Source.objects.exists()


def test_confirming_twice_makes_one_version(ana: Account) -> None:
    came = ready(ana)
    visitor = Visitor(ana)

    for _ in range(2):
        visitor.send(confirm_at(came), **confirmed(DOI))

    assert Version.objects.count() == Source.objects.count() == 1


def test_two_persons_confirming_make_one_version(ana: Account, dora: Account) -> None:
    came = ready(ana)
    Visitor(ana).send(confirm_at(came), **confirmed(DOI))

    answer = Visitor(dora).send(confirm_at(came), **confirmed(DOI, title="Another"))

    assert answer.status_code == 409
    assert Source.objects.count() == 1


def test_what_was_discarded_meanwhile_cannot_be_confirmed(ana: Account) -> None:
    came = ready(ana)
    incoming.discard(came, by=ana)

    answer = Visitor(ana).send(confirm_at(came), **confirmed(DOI))

    assert answer.status_code == 409
    assert not Source.objects.exists()


def test_discarding_stands_in_the_trail_with_whose_file_it_was(ana: Account, dora: Account) -> None:
    came = ready(ana)

    Visitor(dora).press(discard_at(came))

    entry = AuditEntry.objects.get(action="file.discarded")
    assert (entry.person_id, entry.subject_id) == (dora.person_id, str(came.pk))
    assert f'"brought_by":{ana.person_id}' in bytes(entry.leaf).decode()


def test_name_of_a_discarded_file_is_private_in_the_trail(ana: Account) -> None:
    incoming.discard(ready(ana), by=ana)

    entry = AuditEntry.objects.get(action="file.discarded")
    told = AuditPayload.objects.get(number=entry.number).content
    assert told == {"name": "asthma.md", "brought_by_name": "Ana"}
    assert b"asthma" not in bytes(entry.leaf)


def test_who_discards_the_file_of_another_is_told_whose_it_is(ana: Account, dora: Account) -> None:
    came = ready(ana)

    pages = [Visitor(who).read(discard_at(came)) for who in (ana, dora)]

    assert ["Ana brought it in." in page for page in pages] == [False, True]


def test_who_comes_late_is_told_who_was_first(ana: Account, dora: Account, ben: Account) -> None:
    came = ready(ana)
    incoming.discard(came, by=dora)

    with pytest.raises(ChangedMeanwhile, match="Dora changed this"):
        incoming.discard(came, by=ana)


def test_who_confirms_late_is_told_who_was_first(ana: Account, dora: Account) -> None:
    came = ready(ana)
    incoming.discard(came, by=dora)

    answer = Visitor(ana).send(confirm_at(came), **confirmed(DOI))

    assert "Dora changed this meanwhile." in words(answer)


def test_other_duty_discards_nothing(ana: Account, cleo: Account) -> None:
    came = ready(ana)

    with pytest.raises(NotAllowed):
        incoming.discard(came, by=cleo)

    assert not AuditEntry.objects.filter(action="file.discarded").exists()
    came.refresh_from_db()
    assert came.is_open


def test_same_number_proposes_a_new_edition(ana: Account) -> None:
    source = knowledge.source(ana, identifiers=[DOI])

    shown = Visitor(ana).read(confirm_at(ready(ana)))

    assert f'value="{source.pk}"' in shown
    assert "New edition of" in shown


def test_new_edition_needs_no_words_about_the_source(ana: Account) -> None:
    source = knowledge.source(ana, identifiers=[DOI])
    told = confirmed(into=str(source.pk), title="", issuer="", licence_text="", source_class="")

    Visitor(ana).press(confirm_at(ready(ana)), **told)

    assert Version.objects.get().source == source


def test_source_that_was_not_proposed_is_no_choice(ana: Account) -> None:
    other = knowledge.source(ana, title="Quite another", identifiers=[("doi", "10.1000/x")])

    answer = Visitor(ana).press(confirm_at(ready(ana)), **confirmed(into=str(other.pk)))

    assert answer.status_code == 400


def test_confirmed_address_leads_to_the_version(ana: Account) -> None:
    came = ready(ana)
    Visitor(ana).press(confirm_at(came), **confirmed(DOI))

    answer = Visitor(ana).open(confirm_at(came))

    assert answer.headers["Location"] == version_at(Version.objects.get())


def test_words_of_a_file_are_no_markup(ana: Account) -> None:
    came = ready(ana, text="# <script>alert(1)</script> guideline\n\nWords enough to read.\n")

    shown = Visitor(ana).read(confirm_at(came)) + Visitor(ana).read(INBOX)

    assert "<script>alert(1)" not in shown


def test_same_file_twice_is_refused_by_name(ana: Account, dora: Account) -> None:
    received(ana)

    with pytest.raises(AlreadyIncoming, match=r"asthma\.md.*Ana"):
        received(dora, name="copy.md")


def test_file_of_a_version_is_refused_naming_it(ana: Account) -> None:
    Visitor(ana).press(confirm_at(ready(ana)), **confirmed(DOI))

    with pytest.raises(DuplicateUpload, match=str(Version.objects.get().pk)):
        received(ana)


def test_one_refused_file_stops_no_other(ana: Account) -> None:
    received(ana)

    told = drop(ana, sent(), sent("other.md", "# Other\n\nother words")).json()

    assert len(told["taken"]) == len(told["refused"]) == 1
    assert "asthma.md" in told["refused"][0]


def test_plain_form_takes_many_files(ana: Account) -> None:
    files = [sent(), sent("b.md", "# B\n\nb words")]

    Visitor(ana).client.post(INBOX, {"files": files})

    assert Incoming.objects.count() == 2


@pytest.mark.parametrize("name", ["", ".", "..", "\u200b", " . ", "a/"])
def test_file_without_a_name_is_said_and_stops_no_other(ana: Account, name: str) -> None:
    answer = send_named(ana, "a.md", name, "b.md")

    assert [each.filename for each in Incoming.objects.order_by("pk")] == ["a.md", "b.md"]
    assert "has no name, so it was not taken" in answer.json()["refused"][0]


def test_file_without_a_name_is_told_by_its_place(ana: Account) -> None:
    told = send_named(ana, "a.md", ".", "b.md", "..").json()["refused"]

    assert [each[:6] for each in told] == ["File 2", "File 4"]


def test_files_without_even_a_place_are_counted(ana: Account) -> None:
    told = send_named(ana, "", "a.md", ".").json()["refused"]

    assert told == [
        "2 files have no names, so they were not taken. Name them, then send them again."
    ]


def test_no_file_is_said(ana: Account) -> None:
    answer = Visitor(ana).client.post(INBOX, {}, follow=True)

    assert "No file was chosen." in words(answer)


def test_file_too_large_is_refused_while_it_streams(ana: Account, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1

    answer = drop(ana, SimpleUploadedFile("big.md", b"x" * (2**20 + 1)))

    assert answer.status_code == 413
    assert "1 MB" in answer.json()["refused"][0]


def test_file_too_large_of_the_plain_form_is_said_on_the_page(ana: Account, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    large = SimpleUploadedFile("big.md", b"x" * (2**20 + 1))

    answer = Visitor(ana).client.post(INBOX, {"files": [large]})

    assert answer.status_code == 413
    assert "1 MB" in words(answer)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.md", "passwd.md"),
        ("a\nb.md", "ab.md"),
        ("a\u202etxt.md", "atxt.md"),
        (f"{'长' * 300}.md", f"{'长' * 184}…{'长' * 12}.md"),
    ],
)
def test_odd_names_are_shown_tame(ana: Account, given: str, shown: str) -> None:
    assert received(ana, name=given).filename == shown


@pytest.mark.parametrize("address", [INBOX, f"{INBOX}rows/", f"{INBOX}lists/"])
@pytest.mark.parametrize("who", ["cleo", "sam", "sue"])
def test_other_duties_bring_nothing_in(
    address: str, who: str, request: pytest.FixtureRequest
) -> None:
    account = request.getfixturevalue(who)

    assert Visitor(account).open(address).status_code == 403


def test_other_duty_that_sends_a_file_leaves_none(cleo: Account) -> None:
    assert drop(cleo, sent()).status_code == 403

    assert not Incoming.objects.exists()


def test_expired_session_leads_to_the_login(db: None) -> None:
    answer = Visitor().client.post(INBOX, {})

    assert answer.status_code == 302
    assert "/login/" in answer.headers["Location"]


def test_page_without_its_token_takes_nothing(ana: Account) -> None:
    visitor = Visitor(ana)
    visitor.client.handler.enforce_csrf_checks = True

    assert visitor.client.post(INBOX, {"files": [sent()]}).status_code == 403
    assert not Incoming.objects.exists()
