"""People and programs who call the API over HTTP, for harnesses that run real processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

PASSWORD = "correct horse battery"
PATIENCE = 120.0  # seconds
TIMEOUT = httpx.Timeout(60, connect=10)


class Unexpected(AssertionError):
    """An answer that the harness did not count on."""


class Caller:
    """Speaks JSON to addresses under `/api/v1/`."""

    def __init__(self, address: str, headers: dict[str, str] | None = None) -> None:
        base = f"{address}api/v1/"
        self.http = httpx.Client(base_url=base, headers=headers, timeout=TIMEOUT, trust_env=False)

    def ask(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(path, params=query)

    def send(self, path: str, body: Any = None) -> httpx.Response:
        return self.http.post(path, json=body if body is not None else {})

    def got(self, path: str, **query: Any) -> Any:
        return expect(self.ask(path, **query), 200)

    def close(self) -> None:
        self.http.close()


def expect(answer: httpx.Response, *statuses: int) -> Any:
    """The answer's JSON. Raises `Unexpected` unless it has one of these statuses."""
    if answer.status_code not in statuses:
        where = f"{answer.request.method} {answer.request.url.path}"
        raise Unexpected(f"{where}: {answer.status_code} {answer.text[:500]}")
    return answer.json()


class Person(Caller):
    """Somebody of the staff, logged in. What the rules refuse is an `Unexpected` here."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(address)
        self.name = name
        self.log_in()

    def log_in(self) -> None:
        """Again, where the session may have gone."""
        self.http.cookies.clear()
        self.http.headers.pop("X-CSRFToken", None)
        expect(self.send("session/", {"username": self.name, "password": PASSWORD}), 201)
        self.http.headers["X-CSRFToken"] = self.http.cookies["csrftoken"]

    def register(self, title: str, *, language: str = "en", number: int | str = 1) -> int:
        body = {
            "title": title,
            "source_class": "clinical_guideline",
            "issuer": "Respiratory Society",
            "language": language,
            "identifiers": [{"kind": "doi", "value": f"10.5555/kbadmin.proof.{number}"}],
            "licence": {"text": "CC BY 4.0"},
        }
        return int(expect(self.send("sources/", body), 201)["id"])

    def upload(self, source: int, content: bytes, name: str, **said: str) -> int:
        form = {"label": "2026", "published_on": "2026-01", **said}
        answer = self.http.post(
            f"sources/{source}/versions/", data=form, files={"file": (name, content)}
        )
        return int(expect(answer, 201)["id"])

    def version(self, version: int) -> dict[str, Any]:
        found: dict[str, Any] = self.got(f"versions/{version}/")
        return found

    def wait_read(self, version: int, *, seconds: float = PATIENCE) -> dict[str, Any]:
        """Until its file has been read. Raises `Unexpected` if it cannot be, `TimeoutError`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            now = self.version(version)
            if now["parse"]["state"] == "done":
                return now
            if now["parse"]["state"] == "failed":
                raise Unexpected(f"version {version}: {now['parse']['error']}")
            time.sleep(0.1)
        raise TimeoutError(f"version {version} is not read after {seconds:.0f} s")

    def submit(self, version: int) -> dict[str, Any]:
        return self.decide(version, "submit", reason="Read against the print.")

    def approve(self, version: int, digest: str | None = None) -> dict[str, Any]:
        digest = digest or self.version(version)["digest"]
        reason = "Read line by line."
        return self.decide(version, "approve", reason=reason, digest=digest, password=PASSWORD)

    def retire(self, version: int) -> dict[str, Any]:
        said = {"reason_code": "outdated", "note": "No longer fit."}
        return self.decide(version, "retire", **said, password=PASSWORD)

    def reaffirm(self, version: int) -> dict[str, Any]:
        said = {"reason": "No change.", "searched": "PubMed, the issuer's site"}
        return self.decide(version, "reaffirm", **said, password=PASSWORD)

    def quarantine(self, subject: int, *, of: str = "versions") -> dict[str, Any]:
        return self.decide(subject, "quarantine", of=of, reason="A reader doubts the dose.")

    def lift(self, subject: int, *, of: str = "versions") -> dict[str, Any]:
        return self.decide(subject, "lift_quarantine", of=of, reason="The dose is right.")

    def amend(self, version: int) -> int:
        return int(self.decide(version, "amend", reason="Misread.")["id"])

    def decide(
        self, subject: int, verb: str, *, of: str = "versions", **body: Any
    ) -> dict[str, Any]:
        told: dict[str, Any] = expect(self.send(f"{of}/{subject}/{verb}/", body), 200, 201)
        return told

    def passages(self, version: int) -> list[dict[str, Any]]:
        """All of them, page by page."""
        found: list[dict[str, Any]] = []
        path: str | None = f"versions/{version}/passages/"
        while path:
            page = self.got(path)
            found += page["results"]
            path = page["next"]
        return found


class Program(Caller):
    """The inference tier, with its key."""

    def __init__(self, address: str, key: str) -> None:
        super().__init__(address, {"Authorization": f"Bearer {key}"})

    def retrieve(self, query: str, *, top_k: int = 50, **filters: Any) -> dict[str, Any]:
        body: dict[str, Any] = {"query": query, "top_k": top_k}
        if filters:
            body["filters"] = filters
        found: dict[str, Any] = expect(self.send("retrieve/", body), 200)
        return found

    def served_versions(self, query: str, **filters: Any) -> set[int]:
        found = self.retrieve(query, **filters)["passages"]
        return {passage["citation"]["version"] for passage in found}

    def object_of(self, version: int) -> str | None:
        """The SHA-256 of a version's object in the newest manifest, if it lists the version."""
        answer = self.ask("corpus/")
        if answer.status_code == 503:
            return None  # nothing has been written yet
        listed = expect(answer, 200)["versions"]
        return next((row["object"] for row in listed if row["version"] == version), None)

    def object_status(self, sha256: str) -> int:
        return self.ask(f"corpus/objects/{sha256}").status_code


def wait_until(
    is_so: Callable[[], object], *, seconds: float = PATIENCE, pause: float = 0.1
) -> float:
    """The seconds until it was so. `TimeoutError` when it does not become so."""
    began = time.monotonic()
    while not is_so():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not so after {seconds:.0f} s")
        time.sleep(pause)
    return time.monotonic() - began
