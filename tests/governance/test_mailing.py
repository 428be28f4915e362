"""What waits for people, by mail: once, in one mail, and never what is nobody's to read there."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend

from governance import mailing
from governance.actions import assignments, notices, people, versions
from governance.models import Account, Notice, Version
from governance.trail import SHELL
from tests.support import knowledge

PAGE = "https://kb.hospital.cn/admin/notices/"


class AwayBackend(EmailBackend):
    """A server that is away."""

    def open(self) -> bool:
        raise ConnectionRefusedError("no answer")


class PickyBackend(EmailBackend):
    """A server that knows nobody called Ana."""

    def send_messages(self, messages: Any) -> int:
        for message in messages:
            if "ana@hospital.cn" in message.to:
                raise smtplib.SMTPRecipientsRefused({"ana@hospital.cn": (550, b"who?")})
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def server(settings: Any) -> Any:
    settings.SENDS_MAIL = True
    cache.clear()
    return settings


@pytest.fixture
def told(in_review: Version, ana: Account, ben: Account) -> Version:
    """Ana is told that it was sent back."""
    people.set_email(person=ana.person, email="ana@hospital.cn", by=ana)
    versions.send_back(version=in_review, reason="Page 3 is torn.", by=ben)
    notices.tell()
    return in_review


@pytest.fixture
def both_told(told: Version, ana: Account, ben: Account) -> None:
    """Ben, too, has something to review."""
    people.set_email(person=ben.person, email="ben@hospital.cn", by=ben)
    other = knowledge.in_review(knowledge.source(ana), ana)
    assignments.assign(version=other, reviewer=ben.person, by=ana)
    notices.tell()


def use(server: Any, backend: type[EmailBackend]) -> None:
    server.EMAIL_BACKEND = f"{__name__}.{backend.__name__}"


def test_person_is_mailed_what_waits(told: Version) -> None:
    mailing.mail_waiting()

    (sent,) = mail.outbox
    assert sent.to == ["ana@hospital.cn"]
    assert f"{told} was sent back" in sent.body


def test_same_thing_is_mailed_once(told: Version) -> None:
    assert [mailing.mail_waiting() for _time in range(2)] == [1, 0]


def test_what_is_mailed_is_marked(told: Version) -> None:
    mailing.mail_waiting()

    assert Notice.objects.get().mailed_at


def test_what_was_read_is_not_mailed(told: Version, ana: Account) -> None:
    notices.mark_read(person=ana.person)

    assert mailing.mail_waiting() == 0


def test_who_has_no_address_is_told_on_screen_alone(told: Version, ana: Account) -> None:
    people.set_email(person=ana.person, email="", by=ana)

    assert mailing.mail_waiting() == 0
    assert Notice.objects.get().mailed_at is None


def test_who_is_disabled_gets_no_mail(told: Version, ana: Account) -> None:
    people.set_active(account=ana, active=False, reason="Left.", by=SHELL)

    assert mailing.mail_waiting() == 0


def test_several_things_are_one_mail(told: Version, ana: Account, ben: Account) -> None:
    knowledge.quarantine(knowledge.active(told.source, ana, ben, label="2025"), ben)
    notices.tell()

    assert mailing.mail_waiting() == 1
    assert mail.outbox[0].subject == "Knowledge base: 3 notices"


def test_reasons_are_in_no_mail(told: Version) -> None:
    mailing.mail_waiting()

    sent = mail.outbox[0]
    assert "torn" not in sent.subject + sent.body


def test_texts_are_in_no_mail(told: Version) -> None:
    mailing.mail_waiting()

    assert not any(p.text in mail.outbox[0].body for p in told.passages.all())


def test_title_of_two_lines_is_one_line(told: Version) -> None:
    notice = Notice.objects.get()
    notice.version = told
    told.source.title = "Asthma\n\nBcc: eve@elsewhere.cn"

    assert "\n" not in mailing._line(notice)


@pytest.mark.parametrize(("address", "count"), [("https://kb.hospital.cn", 1), ("", 0)])
def test_mail_has_the_public_address_if_there_is_one(
    address: str, count: int, told: Version, server: Any
) -> None:
    server.PUBLIC_URL = address
    mailing.mail_waiting()

    assert mail.outbox[0].body.count(PAGE) == count
    assert ("://" in mail.outbox[0].body) is bool(count)


def test_mail_is_in_the_language_of_the_installation(told: Version, server: Any) -> None:
    server.LANGUAGE_CODE = "zh-hans"
    mailing.mail_waiting()

    assert "was sent back" not in mail.outbox[0].body


def test_mail_says_that_no_person_wrote_it(told: Version) -> None:
    mailing.mail_waiting()

    assert mail.outbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


def test_many_things_are_counted_and_not_all_named(told: Version) -> None:
    body = mailing._body([Notice.objects.get()] * 53)

    assert body.count("was sent back") == 50
    assert "and 3 more" in body


def test_without_a_server_nothing_is_sent_or_marked(told: Version, server: Any) -> None:
    server.SENDS_MAIL = False

    assert mailing.mail_waiting() == 0
    assert not mail.outbox
    assert Notice.objects.get().mailed_at is None


# When things go wrong.


def test_nothing_is_lost_while_the_server_is_away(told: Version, server: Any) -> None:
    working = server.EMAIL_BACKEND
    use(server, AwayBackend)
    first = mailing.mail_waiting()
    server.EMAIL_BACKEND = working

    assert (first, mailing.mail_waiting()) == (0, 1)


def test_outage_is_logged_once(told: Version, server: Any, caplog: Any) -> None:
    use(server, AwayBackend)
    with caplog.at_level(logging.WARNING):
        for _minute in range(3):
            mailing.mail_waiting()

    assert len([r for r in caplog.records if r.name == "governance.mailing"]) == 1


def test_second_outage_is_logged_again(told: Version, server: Any, caplog: Any) -> None:
    for backend in (AwayBackend, EmailBackend, AwayBackend):
        use(server, backend)
        mailing.mail_waiting()
        Notice.objects.update(mailed_at=None)

    assert len([r for r in caplog.records if r.name == "governance.mailing"]) == 2


def test_address_that_is_refused_keeps_nobody_else_from_their_mail(
    both_told: None, server: Any
) -> None:
    use(server, PickyBackend)

    assert mailing.mail_waiting() == 1
    assert mail.outbox[0].to == ["ben@hospital.cn"]


def test_refused_address_is_left_alone_for_a_while(told: Version, server: Any, caplog: Any) -> None:
    use(server, PickyBackend)
    for _minute in range(3):
        mailing.mail_waiting()

    lines = [r.getMessage() for r in caplog.records if r.name == "governance.mailing"]
    assert len(lines) == 1
    assert "hospital.cn" not in lines[0]


def test_corrected_address_is_tried_at_once(told: Version, ana: Account, server: Any) -> None:
    use(server, PickyBackend)
    mailing.mail_waiting()
    people.set_email(person=ana.person, email="an.a@hospital.cn", by=ana)

    assert mailing.mail_waiting() == 1


def test_of_two_workers_one_mails(told: Version) -> None:
    cache.add(mailing.RUNNING, True, 60)

    assert mailing.mail_waiting() == 0


def test_run_that_broke_does_not_keep_the_next_from_running(told: Version, server: Any) -> None:
    server.EMAIL_BACKEND = "nowhere.Backend"
    with pytest.raises(ImportError):
        mailing.mail_waiting()
    server.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert mailing.mail_waiting() == 1
