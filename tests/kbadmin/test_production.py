"""With a public address the site is called through TLS alone; without one, as on a desk."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kbadmin import environment
from tests.support.served import OURS, ROOT

PUBLIC = {"PUBLIC_URL": "https://kb.hospital.example", "TRUSTED_PROXIES": "127.0.0.1"}
TOLD = (
    "ALLOWED_HOSTS", "CSRF_COOKIE_SECURE", "CSRF_TRUSTED_ORIGINS", "SECURE_HSTS_SECONDS",
    "SECURE_SSL_HOST", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECRET_KEY",
)  # fmt: skip


def ran(home: Path, *command: str, **given: str) -> subprocess.CompletedProcess[str]:
    """A process with this environment and nothing else of ours."""
    kept = {k: v for k, v in os.environ.items() if k not in (*OURS, "PUBLIC_URL")}
    said = kept | {"KB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "kbadmin.settings"} | given
    return subprocess.run(
        [sys.executable, *command], env=said, cwd=ROOT, capture_output=True, text=True, check=False
    )


def settings_with(home: Path, given: Mapping[str, str]) -> Any:
    code = f"import json; from kbadmin import settings as s; \
print(json.dumps({{n: getattr(s, n) for n in {TOLD!r}}}))"
    done = ran(home, "-c", code, **given)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return settings_with(tmp_path_factory.mktemp("home"), PUBLIC)


@pytest.fixture(scope="module")
def at_a_desk(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return settings_with(tmp_path_factory.mktemp("home"), {})


@pytest.mark.slow
def test_public_site_is_called_through_tls_alone(public: Any) -> None:
    assert public["SECURE_SSL_REDIRECT"]
    assert public["SECURE_SSL_HOST"] == "kb.hospital.example"
    assert public["SECURE_HSTS_SECONDS"] == 31_536_000


@pytest.mark.slow
def test_cookies_of_a_public_site_go_through_tls_alone(public: Any) -> None:
    assert public["SESSION_COOKIE_SECURE"]
    assert public["CSRF_COOKIE_SECURE"]


@pytest.mark.slow
def test_public_name_is_one_that_may_be_called(public: Any) -> None:
    assert public["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]", "kb.hospital.example"]
    assert public["CSRF_TRUSTED_ORIGINS"] == ["https://kb.hospital.example"]


@pytest.mark.slow
def test_without_a_public_address_plain_http_works(at_a_desk: Any) -> None:
    names = "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"
    assert not any(at_a_desk[name] for name in names)
    assert at_a_desk["SECURE_HSTS_SECONDS"] == 0


@pytest.mark.slow
def test_djangos_deployment_check_has_nothing_to_say(tmp_path: Path) -> None:
    given = PUBLIC | {"SECRET_KEY": secrets.token_urlsafe(50)}

    done = ran(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **given)

    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.long
def test_secret_that_was_made_here_is_good_enough_for_it(tmp_path: Path) -> None:
    done = ran(tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **PUBLIC)

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://kb.hospital.example", "must be a URL that begins with https://"),
        ("kb.hospital.example", "must be a URL that begins with https://"),
        ("https://kb.hospital.example/kb", "names a host alone"),
        ("https://kb.hospital.example?x", "names a host alone"),
        ("https://ana@kb.hospital.example", "names a host alone"),
    ],
)
def test_public_address_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("PUBLIC_URL", url)

    with pytest.raises(SystemExit, match=sentence):
        environment.public_url(["127.0.0.1"])


def test_public_address_without_a_proxy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://kb.hospital.example/")

    with pytest.raises(SystemExit, match="TRUSTED_PROXIES must name the proxy"):
        environment.public_url([])


@pytest.mark.parametrize("proxy", ["localhost", "proxy.example", "*", "10.0.0.0/8", "10.0.0"])
def test_proxy_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", f"10.0.0.1, {proxy}")

    with pytest.raises(SystemExit, match="TRUSTED_PROXIES must be addresses"):
        environment.trusted_proxies()


def test_proxies_are_spelt_as_callers_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.1, FD00:0:0::1")

    assert environment.trusted_proxies() == ["10.0.0.1", "fd00::1"]


@pytest.mark.slow
def test_deployment_check_refuses_a_proxy_by_name(tmp_path: Path) -> None:
    done = ran(tmp_path, "manage.py", "check", "--deploy", **PUBLIC | {"TRUSTED_PROXIES": "proxy"})

    assert done.returncode != 0
    assert "TRUSTED_PROXIES must be addresses" in done.stderr


def test_slash_behind_a_public_address_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "https://kb.hospital.example:8443/")

    assert environment.public_url(["127.0.0.1"]) == "https://kb.hospital.example:8443"


# Secrets in files


def test_variable_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))

    assert environment.text("SECRET_KEY") == "s3cret"


def test_variable_itself_comes_before_its_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "nowhere"))
    monkeypatch.setenv("SECRET_KEY", "given")

    assert environment.text("SECRET_KEY") == "given"


@pytest.mark.parametrize(
    ("content", "sentence"), [(None, "cannot be read"), (" \n", "is empty"), ("\ud8ff", "read")]
)
def test_file_that_says_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | None, sentence: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content.encode("utf-16", "surrogatepass") if content > "z" else b" \n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(file))

    with pytest.raises(SystemExit, match=f"SECRET_KEY_FILE .* {sentence}"):
        environment.text("SECRET_KEY")


@pytest.mark.slow
def test_url_with_its_password_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://kb:pass%2Fword@db:5433/kb")
    code = "from kbadmin import settings as s; d = s.DATABASES['default']; \
print(d['HOST'], d['PORT'], d['PASSWORD'])"

    done = ran(tmp_path, "-c", code, DATABASE_URL_FILE=str(tmp_path / "url"))

    assert done.stdout.split() == ["db", "5433", "pass/word"]


@pytest.mark.parametrize("part", ["worker", pytest.param("beat", marks=pytest.mark.long)])
def test_worker_and_schedule_want_a_broker(part: str, tmp_path: Path) -> None:
    """Without one they would work by themselves on what nobody sends."""
    celery = str(Path(sys.executable).with_name("celery"))

    ended = ran(tmp_path, celery, "-A", "kbadmin", part)

    assert ended.returncode == 1
    assert "CELERY_BROKER_URL is not set" in ended.stderr
