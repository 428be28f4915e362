"""The system page: whom it serves, what it says of each part, and that it tells no secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from governance import clock
from governance.actions import uploads, versions
from governance.duties import Role
from governance.errors import NotParked
from governance.models import Account, AuditEntry, Source, Version
from ingest.models import Reading
from kbadmin.system import parts
from llm import clients, jobs
from llm.actions.jobs import retry
from llm.models import Cursor, Job, Parked
from tests.ingest.incoming_files import received
from tests.support import knowledge
from tests.support.encoders import FakeEncoder
from tests.support.following import follow, interposed
from tests.support.visiting import Visitor, words

SYSTEM = "/admin/system/"
ORDERS = ["catch-up", "rebuild-vectors", "rebuild-corpus", "reconcile", "repair"]


@pytest.fixture(autouse=True)
def encoder(home: object) -> Iterator[None]:
    clients.install(with_encoder=FakeEncoder(seed=1))
    yield
    clients.close()


@pytest.fixture
def parked(active: Version) -> Parked:
    follow()
    Parked.objects.park("vectors", active.pk, ValueError("odd text"), at=clock.now())
    return Parked.objects.get()


def page(sam: Account, path: str = "", *, language: str = "en") -> str:
    return Visitor(sam, language=language).read(SYSTEM + path)


def order(sam: Account, path: str) -> Job:
    answer = Visitor(sam).press(f"{SYSTEM}{path}/")
    job = Job.objects.latest("pk")
    assert answer["Location"] == f"{SYSTEM}jobs/{job.pk}/"
    return job


# Whom it serves.


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SYSTEM_ADMIN])
@pytest.mark.parametrize("path", ["", "jobs/1/", "parked/1/retry/", "catch-up/"])
def test_nobody_else_sees_it(db: None, role: Role, path: str) -> None:
    visitor = Visitor(knowledge.account("joe", role))

    assert visitor.open(SYSTEM + path).status_code == 403
    assert AuditEntry.objects.latest("number").action == "attempt.refused"


@pytest.mark.parametrize("path", [*ORDERS, "parked/1/retry"])
def test_nobody_else_has_anything_done(ana: Account, path: str) -> None:
    assert Visitor(ana).send(f"{SYSTEM}{path}/").status_code == 403
    assert not Job.objects.exists()


def test_nobody_at_all_is_asked_to_log_in(db: None) -> None:
    assert Visitor().open(SYSTEM).status_code == 302


def test_a_page_to_read_takes_nothing(sam: Account) -> None:
    assert Visitor(sam).send(SYSTEM).status_code == 405


@pytest.mark.parametrize("path", ["jobs/99/", "parked/99/retry/", f"jobs/{10**30}/"])
def test_what_is_not_there_is_not_found(sam: Account, path: str) -> None:
    assert Visitor(sam).open(SYSTEM + path).status_code == 404


# What it says.


@pytest.mark.parametrize(
    "name", ["Database", "Background work", "Vector store", "Vectors", "Corpus", "Disk"]
)
def test_every_component_is_named(sam: Account, name: str) -> None:
    assert f"<span>{name}</span>" in page(sam)


def test_where_nothing_waits_that_is_said(sam: Account) -> None:
    said = page(sam)

    assert "No file waits to be read." in said
    assert "Nothing is parked." in said
    assert "Nothing has been ordered yet." in said


def test_a_file_that_is_read_is_shown_with_how_far_it_is(
    source: Source, ana: Account, sam: Account
) -> None:
    version = knowledge.unread(source, ana)
    attempt = uploads.begin_reading(upload=version.upload)
    assert attempt is not None
    Reading.objects.create(upload=version.upload, attempt=attempt, beat_at=clock.now(), share=0.42)

    assert "Being read 42 %" in page(sam)


def test_no_title_and_no_file_name_is_shown(source: Source, ana: Account, sam: Account) -> None:
    knowledge.unread(source, ana)

    said = page(sam)

    assert "guideline.txt" not in said
    assert source.title not in said


def test_files_of_the_inbox_and_of_drafts_are_counted_apart(
    source: Source, ana: Account, sam: Account
) -> None:
    unread = knowledge.unread(source, ana)
    received(ana)
    received(ana, "other.md", "other")

    said = page(sam)

    assert unread.upload.parse_state == "queued"
    assert "Inbox: Waiting to be read</dt><dd>2<" in said
    assert "Files of drafts: Waiting to be read</dt><dd>1<" in said


def test_file_of_a_withdrawn_draft_waits_for_nobody(
    source: Source, ana: Account, sam: Account
) -> None:
    unread = knowledge.unread(source, ana)
    versions.withdraw(version=unread, reason="Wrong file.", by=ana)

    assert "Files of drafts: Waiting to be read</dt><dd>0<" in page(sam)


def test_drafts_whose_text_waits_are_counted(draft: Version, sam: Account) -> None:
    assert "Drafts whose text waits to be embedded</dt><dd>1<" in page(sam)


def test_a_store_that_is_behind_says_by_how_much(active: Version, sam: Account) -> None:
    follow()
    Cursor.objects.filter(name="corpus").update(number=0)

    assert "1 change behind" in page(sam)


def test_what_is_parked_is_shown_with_its_error(parked: Parked, sam: Account) -> None:
    said = page(sam)

    assert "odd text" in said
    assert f"{SYSTEM}parked/{parked.pk}/retry/" in said


def test_the_store_away_is_a_sentence(active: Version, sam: Account) -> None:
    follow()
    interposed().is_away = True

    assert "out of reach" in page(sam)


def test_the_encoder_away_is_a_sentence(sam: Account, settings: Any) -> None:
    settings.EMBEDDING_MODEL = "http://127.0.0.1:9/v1"

    assert parts.model()[0][1].startswith("out of reach")


def test_no_secret_is_told(sam: Account, settings: Any) -> None:
    settings.QDRANT_API_KEY = settings.CELERY_BROKER_URL = "s3cret-of-qdrant"

    said = page(sam)

    assert "s3cret-of-qdrant" not in said
    assert settings.SECRET_KEY not in said


def test_parts_and_model_are_named_with_their_versions(sam: Account) -> None:
    said = page(sam)

    assert clients.encoder().profile.model_digest in said
    assert all(name in said for name in ("Python", "SQLite", "django-unfold", "openvino"))


def test_storage_is_told_a_folder_at_a_time(active: Version, sam: Account) -> None:
    follow()
    told = dict(parts.storage())

    assert {"Corpus", "Vectors", "Database", "Free on the disk"} <= told.keys()
    assert told["Files received"] != "0\xa0bytes"


# What it has done.


@pytest.mark.parametrize("path", ORDERS)
def test_an_order_leaves_a_job_and_its_trace(sam: Account, path: str) -> None:
    job = order(sam, path)

    entry = AuditEntry.objects.latest("number")
    assert (entry.action, entry.subject_id) == ("job.ordered", str(job.pk))
    assert (job.state, job.outcome) == ("waiting", None)


def test_the_same_order_twice_is_refused_while_the_first_waits(sam: Account) -> None:
    order(sam, "catch-up")

    answer = Visitor(sam).press(f"{SYSTEM}catch-up/")

    assert answer.status_code == 409
    assert "The same work waits already" in words(answer)


def test_after_it_was_done_it_may_be_ordered_again(active: Version, sam: Account) -> None:
    order(sam, "catch-up")
    jobs.run_waiting()

    assert order(sam, "catch-up").state == "waiting"


def test_comparing_and_repairing_are_not_the_same_order(sam: Account) -> None:
    assert order(sam, "reconcile").arguments != order(sam, "repair").arguments


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("catch-up", "Vectors is at"),
        ("rebuild-vectors", "Passages in the new collection: 2."),
        ("rebuild-corpus", "Objects in the corpus: 1."),
        ("reconcile", "Every store is as the truth says."),
        ("repair", "Every store is as the truth says."),
    ],
)
def test_what_came_of_it_is_said(active: Version, sam: Account, path: str, told: str) -> None:
    follow()
    job = order(sam, path)
    jobs.run_waiting()

    assert told in page(sam, f"jobs/{job.pk}/")


def test_drift_is_told_line_by_line(active: Version, sam: Account) -> None:
    follow()
    store = clients.vector_store()
    store.drop_versions(store.live(), [active.pk])
    job = order(sam, "reconcile")
    jobs.run_waiting()

    said = page(sam, f"jobs/{job.pk}/")

    assert "Differences: 2." in said
    assert said.count("Vectors: missing:") == 2


def test_a_store_that_is_away_is_an_outcome(active: Version, sam: Account) -> None:
    follow()
    job = order(sam, "rebuild-vectors")
    interposed().is_away = True
    jobs.run_waiting()

    said = page(sam, f"jobs/{job.pk}/")

    assert "not done" in said
    assert "StoreAway" in said


def test_the_page_of_a_job_looks_again_until_it_is_done(active: Version, sam: Account) -> None:
    job = order(sam, "catch-up")
    before = page(sam, f"jobs/{job.pk}/")
    jobs.run_waiting()

    assert 'http-equiv="refresh"' in before
    assert 'http-equiv="refresh"' not in page(sam, f"jobs/{job.pk}/")


def test_how_far_a_job_is_is_told_while_it_runs(sam: Account) -> None:
    job = order(sam, "rebuild-vectors")
    Job.objects.update(state="running")
    jobs._telling(job)["progress"](30, 120)

    assert "is being done 25 %" in page(sam, f"jobs/{job.pk}/")


def test_lately_done_work_stands_on_the_page(active: Version, sam: Account) -> None:
    order(sam, "reconcile")
    jobs.run_waiting()

    assert "Compare the stores with the truth</a>" in page(sam)


def test_a_retry_ends_the_pause_and_is_noted(parked: Parked, sam: Account) -> None:
    answer = Visitor(sam).press(f"{SYSTEM}parked/{parked.pk}/retry/")

    assert answer["Location"] == SYSTEM
    assert Parked.objects.due("vectors", clock.now() + timedelta(seconds=1))
    assert AuditEntry.objects.latest("number").action == "parked.retried"


def test_what_was_settled_meanwhile_is_not_retried(parked: Parked, sam: Account) -> None:
    Parked.objects.all().delete()

    with pytest.raises(NotParked):
        retry(projection="vectors", kind="version", number=parked.number, by=sam)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_speaks_both_languages(sam: Account, language: str) -> None:
    assert f'lang="{language}"' in page(sam, language=language)
