"""Files that tests bring in, and what a person presses on the way."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from governance import originals
from governance.models import Account
from ingest import incoming
from ingest.listing.table import COLUMNS
from ingest.models import Incoming
from tests.support.visiting import Visitor

INBOX = "/admin/bring-in/"
DISCARD = "/admin/bring-in/discard/"
LISTS = "/admin/bring-in/lists/"
GUIDE = (
    "# 成人哮喘诊治指南（2024版）\n\n发布机构：中华医学会呼吸病学分会\n\n"
    "DOI: 10.1000/182\n\n2024年5月发布\n\n"
    + "吸入糖皮质激素是长期控制的首选药物，按症状分级调整。\n\n"
    * 8
)


def sent(name: str = "asthma.md", text: str = GUIDE) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def drop(account: Account, *files: SimpleUploadedFile, **headers: str) -> Any:
    """As the script of the page does: one request, answered in JSON."""
    client = Visitor(account).client
    return client.post(INBOX, {"files": list(files)}, headers={"accept": "application/json"})


def send_named(account: Account, *names: str) -> Any:
    """Files under these very names in one request: Django's own client gives each a name."""
    parts = [
        f'--X\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        f"Content-Type: text/plain\r\n\r\ntext {place}\r\n"
        for place, name in enumerate(names)
    ]
    body, client = "".join([*parts, "--X--\r\n"]), Visitor(account).client
    kind, headers = "multipart/form-data; boundary=X", {"accept": "application/json"}
    return client.post(INBOX, body.encode(), content_type=kind, headers=headers)


def received(account: Account, name: str = "asthma.md", text: str = GUIDE) -> Incoming:
    original = originals.keep([text.encode()], name)
    return incoming.receive(original, by=account)


def ready(account: Account, name: str = "asthma.md", text: str = GUIDE) -> Incoming:
    came = received(account, name, text)
    incoming.read(came)
    came.refresh_from_db()
    return came


def confirm_at(came: Incoming) -> str:
    return f"{INBOX}{came.pk}/"


def discard_at(came: Incoming) -> str:
    return f"{INBOX}{came.pk}/discard/"


def file_at(came: Incoming) -> str:
    return f"{INBOX}{came.pk}/file/"


def confirmed(*numbers: tuple[str, str], **changed: object) -> dict[str, Any]:
    """All fields of the form that confirms a file."""
    rows: dict[str, object] = {
        "identifiers-TOTAL_FORMS": len(numbers),
        "identifiers-INITIAL_FORMS": 0,
    }
    for at, (kind, value) in enumerate(numbers):
        rows |= {f"identifiers-{at}-kind": kind, f"identifiers-{at}-value": value}
    fields: dict[str, object] = {
        "into": "new",
        "title": "Asthma guideline",
        "source_class": "clinical_guideline",
        "issuer": "Respiratory Society",
        "language": "zh",
        "licence_text": "CC BY 4.0",
        "may_serve": "on",
        "label": "2024",
        "published_on": "2024-05",
    }
    return fields | rows | changed


def workbook(*rows: dict[str, object], header: tuple[str, ...] = COLUMNS) -> Workbook:
    book = Workbook()
    book.active.append(list(header))
    for row in rows:
        book.active.append([row.get(name) for name in header])
    return book


def packed(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row(**changed: object) -> dict[str, object]:
    given: dict[str, object] = {
        "title": "Asthma",
        "source_class": "clinical_guideline",
        "issuer": "Society",
        "language": "en",
        "licence_text": "CC BY",
        "doi": "10.1000/182",
    }
    return given | changed
