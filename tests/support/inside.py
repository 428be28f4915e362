"""What the harnesses have done inside the installation they watch, by `Installation.inside`."""

from __future__ import annotations

from typing import Any

from governance.actions import clients, installations, people
from governance.duties import Role, Scope
from governance.models import Term, Upload, Version
from governance.trail import SHELL
from governance.verification import verify_trail
from llm import jobs
from llm.models import CorpusObject, Cursor, Exit
from tests.support.calling import PASSWORD

STAFF = {
    "ana": Role.CURATOR,
    "ben": Role.REVIEWER,
    "dora": Role.REVIEWER,
    "cleo": Role.COMPLIANCE,
}


def hire(time_zone: str) -> dict[str, str]:
    """Ana, Ben, Dora, Cleo and a program; answers with the program's key."""
    installations.start(time_zone=time_zone, is_sample=False)
    for name, role in STAFF.items():
        applicant = people.Applicant(name, display_name=name.capitalize())
        people.create_account(applicant=applicant, roles=[role], password=PASSWORD, by=SHELL)
    scopes = [Scope.RETRIEVE, Scope.CORPUS, Scope.CHANGES]
    _client, key = clients.create(name="tier", scopes=scopes, by=SHELL)
    return {"key": key}


def key(name: str) -> str:
    """A further program's key."""
    scopes = [Scope.RETRIEVE, Scope.CORPUS, Scope.CHANGES]
    return clients.create(name=name, scopes=scopes, by=SHELL)[1]


def exits(*versions: int) -> list[dict[str, Any]]:
    """The exit records, with the seconds until each store was read back empty."""
    rows = Exit.objects.filter(version__in=versions) if versions else Exit.objects.all()
    return [
        {
            "version": row.version_id,
            "store": row.projection,
            "number": row.number,
            "seconds": (row.confirmed_at - row.left_at).total_seconds()
            if row.confirmed_at
            else None,
        }
        for row in rows.order_by("number", "projection")
    ]


def terms(version: int) -> list[list[str]]:
    rows = Term.objects.filter(version=version).order_by("starts_at")
    return [[term.starts_at.isoformat(), term.ends_at.isoformat()] for term in rows]


def objects(*versions: int) -> dict[str, int]:
    """The corpus objects that these versions have or had."""
    rows = CorpusObject.objects.filter(version__in=versions)
    return dict(rows.values_list("sha256", "version_id"))


def fences() -> dict[str, int]:
    return dict(Cursor.objects.values_list("name", "fence"))


def verdict(*, repair: bool = False) -> dict[str, Any]:
    """Bring the stores to the end of the trail; then everything that is wrong anywhere."""
    caught_up = jobs.do("catch_up", {})
    compared = jobs.do("reconcile", {"repair": repair})
    return {
        "errors": [o["error"] for o in (caught_up, compared) if "error" in o],
        "parked": caught_up.get("parked", []),
        "drift": compared.get("drift", []),
        "findings": [[f.kind, f.where, f.detail] for f in verify_trail()],
        "exits_open": Exit.objects.filter(confirmed_at=None).count(),
    }


def readings() -> list[dict[str, Any]]:
    """Every version with what reading its file came to."""
    found = []
    for version in Version.objects.select_related("upload").order_by("pk"):
        texts = list(version.passages.current().values_list("text", flat=True))
        upload: Upload = version.upload
        found.append(
            {
                "version": version.pk,
                "status": version.status,
                "state": upload.parse_state,
                "error": upload.error_code,
                "attempts": upload.attempts,
                "texts": texts,
            }
        )
    return found
