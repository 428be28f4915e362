"""What somebody who owns the tables could do, in plain SQL, and cover the traces of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from governance.actions.passages import digest_of_content
from governance.merkle import CompactRange, leaf_hash
from governance.models import AuditEntry, AuditNode, Passage, TrailHead, Version, digest_of
from governance.verification import Finding, verify_trail
from tests.support.databases import triggers_away

Deed = Callable[[], None]


def found() -> list[Finding]:
    return list(verify_trail())


def named() -> set[str]:
    return {finding.where for finding in found()}


def sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def tamper(*deeds: Deed) -> None:
    """Do it with the triggers taken off, and put them back so that nothing seems amiss."""
    with triggers_away():
        for deed in deeds:
            deed()


def set_column(table: str, column: str, value: Any, where: str = "1 = 1") -> Deed:
    statement = f"UPDATE governance_{table} SET {column} = %s WHERE {where}"
    return lambda: sql(statement, value)


def delete(table: str, where: str) -> Deed:
    return lambda: sql(f"DELETE FROM governance_{table} WHERE {where}")


def fit_passage_digests() -> None:
    for passage in Passage.objects.all():
        Passage.objects.filter(pk=passage.pk).update(digest=digest_of(passage.text))


def fit_content_digests() -> None:
    for version in Version.objects.all():
        sealed = digest_of_content(version)
        Version.objects.filter(pk=version.pk).update(content_digest=sealed)


def fit_version_digests() -> None:
    for version in Version.objects.exclude(digest=""):
        digest = version.digest_as_approved()
        Version.objects.filter(pk=version.pk).update(digest=digest)


def fit_tree() -> None:
    """Build the whole tree anew over the entries as they now are, hashes, nodes and head."""
    tree = CompactRange()
    AuditNode.objects.all().delete()
    for number, entry in enumerate(AuditEntry.objects.order_by("number"), start=1):
        leaf = leaf_hash(bytes(entry.leaf))
        AuditEntry.objects.filter(pk=entry.pk).update(number=number, leaf_hash=leaf)
        tree, complete = tree.append(leaf)
        for level, index, digest in complete:
            AuditNode.objects.create(level=level, index=index, digest=digest)
    TrailHead.objects.update(size=tree.size, nodes=[n.hex() for n in tree.nodes])
    fit_instant_of_head()


def fit_instant_of_head() -> None:
    TrailHead.objects.update(at=AuditEntry.objects.latest("number").at)


def cut_off_last_entry() -> None:
    number = AuditEntry.objects.last_number()
    sql("DELETE FROM governance_auditentry WHERE number = %s", number)
    sql("DELETE FROM governance_auditpayload WHERE number = %s", number)
