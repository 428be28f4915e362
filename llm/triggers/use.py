"""That use is written once, and kept for as long as the law wants it at least."""

from __future__ import annotations

from governance.triggers import Trigger

# 网络安全法 第二十三条: logs are kept for six months at least. Whatever is set, the database
# refuses to lose what is younger.
FLOOR_DAYS = 184

WRITTEN_ONCE = (
    "llm_usage",
    "llm_usagepassage",
    "llm_reportedanswer",
    "llm_answercitation",
    "llm_feedback",
)
_ONCE, _KEPT, _GROWS = "this is written once", "this is kept", "the tree of use only grows"


def of_use(vendor: str) -> list[Trigger]:
    return [*_of_rows(vendor), *_of_the_tree(vendor), *_of_tickets()]


def _of_rows(vendor: str) -> list[Trigger]:
    found = [Trigger(f"{t}_is_final", t, "UPDATE", "", _ONCE) for t in WRITTEN_ONCE]
    for table in WRITTEN_ONCE:
        young = _is_young(vendor, "OLD.at")
        if table == "llm_answercitation":
            young = f"""EXISTS (SELECT 1 FROM llm_reportedanswer a WHERE a.id = OLD.answer_id
    AND {_is_young(vendor, "a.at")})"""  # noqa: S608  (names of our own)
        found.append(Trigger(f"{table}_is_kept", table, "DELETE", young, _KEPT))
    return found


def _of_the_tree(vendor: str) -> list[Trigger]:
    leaf, node, tree = "llm_usageleaf", "llm_usagenode", "llm_usagetree"
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    other = " OR ".join(f"NEW.{c} {differs} OLD.{c}" for c in ("kind", "row", "at", "hash"))
    return [
        Trigger(f"{leaf}_is_final", leaf, "UPDATE", f"OLD.number IS NOT NULL OR {other}", _ONCE),
        Trigger(f"{leaf}_is_kept", leaf, "DELETE", "", _KEPT),
        Trigger(f"{node}_is_final", node, "UPDATE", "", _ONCE),
        Trigger(f"{node}_is_kept", node, "DELETE", "", _KEPT),
        Trigger(f"{tree}_grows", tree, "UPDATE", "NEW.size < OLD.size", _GROWS),
        Trigger(f"{tree}_is_kept", tree, "DELETE", "", _KEPT),
    ]


def _of_tickets() -> list[Trigger]:
    table = "llm_ticket"
    return [
        Trigger("decided_ticket_is_final", table, "UPDATE", "OLD.decided_at IS NOT NULL", _ONCE),
        Trigger("ticket_is_kept", table, "DELETE", "", _KEPT),
    ]


def _is_young(vendor: str, at: str) -> str:
    if vendor == "postgresql":
        return f"{at} > now() - interval '{FLOOR_DAYS} days'"
    return f"{at} > datetime('now', '-{FLOOR_DAYS} days')"
