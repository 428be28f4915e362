"""Every variable: what it is without, what it takes, and the one sentence that refuses the rest."""

from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kbadmin import environment

Given = Callable[..., None]
SCHEMES = ("http", "https")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """Sets variables; None takes one away."""

    def set_to(**variables: str | None) -> None:
        for name, value in variables.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    return set_to


def refused(read: Callable[[], object]) -> str:
    """The sentence with which the start is refused."""
    with pytest.raises(SystemExit) as stopped:
        read()
    sentence = str(stopped.value.code)
    assert sentence.startswith("The start is refused: ")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


# Text and numbers


@pytest.mark.parametrize("value", [None, "", "  "])
def test_variable_that_says_nothing_is_its_default(given: Given, value: str | None) -> None:
    given(HOST=value, PORT=value)

    assert environment.text("HOST", "127.0.0.1") == "127.0.0.1"
    assert environment.whole_number("PORT", 8000) == 8000


def test_space_around_a_value_does_not_count(given: Given) -> None:
    given(HOST=" 0.0.0.0 ")

    assert environment.text("HOST") == "0.0.0.0"


@pytest.mark.parametrize(("value", "number"), [("1", 1), ("65535", 65535), ("0080", 80)])
def test_whole_number_is_taken(given: Given, value: str, number: int) -> None:
    given(PORT=value)

    assert environment.whole_number("PORT", 8000, most=65535) == number


@pytest.mark.parametrize("value", ["0", "-1", "65536", "80a", "8e3", "1.5", "²", "٣", "9" * 5000])
def test_what_is_no_fitting_number_is_refused(given: Given, value: str) -> None:
    given(PORT=value)

    assert "PORT must be a whole number from 1 to 65535" in refused(
        lambda: environment.whole_number("PORT", 8000, most=65535)
    )


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (None, ["localhost"]),
        (",, ,", ["localhost"]),
        ("kb.example", ["kb.example"]),
        (" a , b,", ["a", "b"]),
    ],
)
def test_names_are_parted_by_commas(given: Given, value: str | None, names: list[str]) -> None:
    given(ALLOWED_HOSTS=value)

    assert environment.names("ALLOWED_HOSTS", ["localhost"]) == names


# Home and secret


def test_home_is_var_without_being_told(given: Given) -> None:
    given(KB_HOME=None)

    assert environment.home() == environment.BASE_DIR / "var"


def test_home_is_made_where_it_is_told_to_be(given: Given, tmp_path: Path) -> None:
    given(KB_HOME=str(tmp_path / "deep" / "home"))

    assert environment.home() == tmp_path / "deep" / "home"
    assert (tmp_path / "deep" / "home").is_dir()


def test_home_that_is_a_file_is_refused(given: Given, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    given(KB_HOME=str(tmp_path / "file"))

    assert "cannot be made" in refused(environment.home)


def test_home_that_nobody_can_make_is_refused(given: Given) -> None:
    given(KB_HOME="/proc/nowhere/home")

    assert "cannot be made" in refused(environment.home)


def test_home_that_cannot_be_written_to_is_refused(given: Given) -> None:
    given(KB_HOME="/proc/sys")

    assert "cannot be written to" in refused(environment.home)


def test_secret_that_is_given_is_taken_and_not_kept(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY="s3cret")

    assert environment.secret_key(tmp_path) == "s3cret"
    assert list(tmp_path.iterdir()) == []


def test_secret_is_made_once_and_kept_from_others(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY=None)

    first = environment.secret_key(tmp_path)

    kept = tmp_path / "secret_key"
    assert environment.secret_key(tmp_path) == first
    assert len(first) > 50
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_secret_that_is_empty_is_refused(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY=None)
    (tmp_path / "secret_key").touch()

    assert "is empty" in refused(lambda: environment.secret_key(tmp_path))


def test_secret_that_cannot_be_read_is_refused(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY=None)
    (tmp_path / "secret_key").mkdir()

    assert "cannot be read" in refused(lambda: environment.secret_key(tmp_path))


def test_two_homes_have_two_secrets(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY=None)
    homes = [tmp_path / "a", tmp_path / "b"]
    for home in homes:
        home.mkdir()

    assert len({environment.secret_key(home) for home in homes}) == 2


def test_processes_that_start_together_get_the_same_secret(given: Given, tmp_path: Path) -> None:
    given(SECRET_KEY=None)

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(environment.secret_key, [tmp_path] * 40))

    assert len(secrets) == 1
    assert "" not in secrets


# Time and language


@pytest.mark.parametrize(("value", "zone"), [(None, "Asia/Shanghai"), ("UTC", "UTC")])
def test_time_zone_is_taken(given: Given, value: str | None, zone: str) -> None:
    given(TIME_ZONE=value)

    assert environment.time_zone() == zone


@pytest.mark.parametrize("value", ["Mars/Olympus", "Asia", "../etc", "/etc/passwd", "北京"])
def test_what_is_no_time_zone_is_refused(given: Given, value: str) -> None:
    given(TIME_ZONE=value)

    assert "no time zone" in refused(environment.time_zone)


@pytest.mark.parametrize(("value", "code"), [(None, "zh-hans"), ("en", "en")])
def test_language_is_taken(given: Given, value: str | None, code: str) -> None:
    given(LANGUAGE_CODE=value)

    assert environment.language() == code


@pytest.mark.parametrize("value", ["zh", "EN", "fr", "zh_Hans"])
def test_language_the_interface_has_not_is_refused(given: Given, value: str) -> None:
    given(LANGUAGE_CODE=value)

    assert "LANGUAGE_CODE must be zh-hans or en" in refused(environment.language)


# The encoder


@pytest.mark.parametrize(("value", "name"), [(None, "auto"), ("f32", "f32"), ("bf16", "bf16")])
def test_precision_is_taken(given: Given, value: str | None, name: str) -> None:
    given(EMBEDDING_PRECISION=value)

    assert environment.precision() == name


@pytest.mark.parametrize("value", ["F32", "int8", "32", "auto,f32"])
def test_precision_there_is_not_is_refused(given: Given, value: str) -> None:
    given(EMBEDDING_PRECISION=value)

    assert "EMBEDDING_PRECISION must be auto, f32 or bf16" in refused(environment.precision)


# Addresses


@pytest.mark.parametrize(
    "value", ["http://qdrant:6333", "https://[::1]:6333", "http://user:p%40ss@host/path"]
)
def test_url_is_taken_as_it_is(given: Given, value: str) -> None:
    given(QDRANT_URL=value)

    assert environment.url("QDRANT_URL", SCHEMES) == value


def test_url_that_is_not_given_is_none(given: Given) -> None:
    given(QDRANT_URL=None)

    assert environment.url("QDRANT_URL", SCHEMES) == ""


@pytest.mark.parametrize(
    "value",
    [
        "qdrant:6333",
        "localhost",
        "redis://host",
        "http://",
        "http://:6333",
        "http://host:port",
        "http://host:99999",
        "http://[::1",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_fitting_url_is_refused(given: Given, value: str) -> None:
    given(QDRANT_URL=value)

    sentence = refused(lambda: environment.url("QDRANT_URL", SCHEMES))
    assert sentence.endswith("QDRANT_URL must be a URL that begins with http:// or https://.")


def test_secret_in_a_url_is_not_repeated(given: Given) -> None:
    given(DATABASE_URL="mysql://kb:hunter2@host/kb")

    assert "hunter2" not in refused(lambda: environment.database("DATABASE_URL", Path()))


def test_database_is_a_file_in_the_home_without_being_told(given: Given, tmp_path: Path) -> None:
    given(DATABASE_URL=None)

    database = environment.database("DATABASE_URL", tmp_path)

    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == tmp_path / "db.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize("name", ["DATABASE_URL", "MIGRATION_DATABASE_URL"])
@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_database_url_is_taken_apart(given: Given, name: str, scheme: str) -> None:
    given(**{name: f"{scheme}://k%40b:p%2Fw@db.example:5433/k%20b"})

    database = environment.database(name, Path())

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert [database[k] for k in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        *("k b", "k@b", "p/w", "db.example", 5433)
    ]


@pytest.mark.parametrize("value", ["postgresql://host", "postgresql://host/", "postgres://u@h:5"])
def test_url_without_a_database_is_refused(given: Given, value: str) -> None:
    given(DATABASE_URL=value)

    assert "names no database" in refused(lambda: environment.database("DATABASE_URL", Path()))


@pytest.mark.parametrize(
    ("value", "backend"),
    [
        (None, "kbadmin.caching.OwnCache"),
        ("database", "kbadmin.caching.TableCache"),
        ("redis://host:6379/1", "kbadmin.caching.ForgivingRedisCache"),
        ("rediss://host", "kbadmin.caching.ForgivingRedisCache"),
    ],
)
def test_cache_is_chosen_by_its_url(given: Given, value: str | None, backend: str) -> None:
    given(CACHE_URL=value)

    assert environment.cache()["BACKEND"] == backend


@pytest.mark.parametrize("value", ["memory", "memcached://host", "redis://", "redis"])
def test_cache_nobody_knows_is_refused(given: Given, value: str) -> None:
    given(CACHE_URL=value)

    assert "CACHE_URL" in refused(environment.cache)


def test_mail_is_printed_without_being_told(given: Given) -> None:
    given(EMAIL_URL=None)

    assert environment.email()["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    ("scheme", "ssl", "tls"),
    [("smtp", False, False), ("smtps", True, False), ("smtp+tls", False, True)],
)
def test_mail_goes_to_a_server(given: Given, scheme: str, ssl: bool, tls: bool) -> None:
    given(EMAIL_URL=f"{scheme}://k%40b:pw@mail.example:587")

    told: dict[str, Any] = environment.email()

    assert (told["EMAIL_USE_SSL"], told["EMAIL_USE_TLS"]) == (ssl, tls)
    assert (told["EMAIL_HOST"], told["EMAIL_PORT"]) == ("mail.example", 587)
    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("k@b", "pw")


@pytest.mark.parametrize("value", ["mail.example", "http://mail.example", "smtp://"])
def test_mail_server_that_is_none_is_refused(given: Given, value: str) -> None:
    given(EMAIL_URL=value)

    assert "EMAIL_URL" in refused(environment.email)


# Several processes


FULL = {"SECRET_KEY": "s", "CACHE_URL": "redis://host"}


def test_one_process_needs_nothing_more(given: Given) -> None:
    given(SECRET_KEY=None, CACHE_URL=None)

    environment.check_full_mode(embedded=True, qdrant_url="")


def test_several_processes_that_share_everything_are_let_start(given: Given) -> None:
    given(**FULL)

    environment.check_full_mode(embedded=False, qdrant_url="http://qdrant")


def test_several_processes_need_a_vector_server(given: Given) -> None:
    given(**FULL)

    assert "QDRANT_URL must be" in refused(
        lambda: environment.check_full_mode(embedded=False, qdrant_url="")
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "CACHE_URL"])
def test_several_processes_need_the_same(given: Given, name: str) -> None:
    given(**(FULL | {name: None}))

    assert f"{name} must be" in refused(
        lambda: environment.check_full_mode(embedded=False, qdrant_url="http://qdrant")
    )
