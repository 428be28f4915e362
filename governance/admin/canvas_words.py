"""What the scripts of the canvas say, in the language of who reads, and the schema they know."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as say

from governance.models import AllowedTriple, ConceptType, RelationType


def words() -> dict[str, str]:
    return {
        "away": say("The server did not answer. What is drawn is as it was."),
        "ended": say("You are logged out. Load the page again to log in."),
        "tryAgain": say("Try again"),
        "noneFound": say("No concept has such a name or code."),
        "moreFound": say("There are more. Type further letters."),
        "found": say("{n} found"),
        "shown": say("{nodes} concepts, {edges} relations"),
        "beyond": say("{n} more relations are not shown"),
        "lapsed": say("Not in force"),
        "added": say("Would be added"),
        "ended_": say("Would be ended"),
        "changed": say("Would be changed"),
        "merged": say("Would be merged into another"),
        "pending": say("Proposed, not in the graph yet"),
        "noSteps": say("There is no step in this change set."),
        "relate": say("Relate it to another"),
        "takeOut": say("Take out"),
        "noType": say("Between these types of concepts the schema allows no relation."),
        "newEnd": say(
            "One of the two is only proposed, in a change set that is not the one you write into."
        ),
        "pickObject": say("Choose the other concept: click it, or press Enter on it in the list."),
        "mergeHow": say(
            "“{name}” would go over into “{into}”, with its names, codes and relations."
        ),
        "typesDiffer": say("They are of different types: {one}, {other}."),
        "title": say("Knowledge graph"),
        "date": say("As of {date}"),
        "legend": say("Legend"),
        "withSet": say("With the change set “{title}”, not applied yet"),
        "isCut": say("Not everything is shown"),
        "fileName": say("knowledge-graph"),
        "takenBack": say("Take back: {step}"),
        "nothingToTakeBack": say("Nothing that you wrote here is left to take back."),
    }


def schema() -> dict[str, Any]:
    """Types by their codes, in the order of these, and between which of them what may be said."""
    triples = AllowedTriple.objects.order_by("relation_type__code", "pk")
    codes = ("relation_type__code", "subject__code", "object__code")
    return {
        "types": _labels(ConceptType),
        "relations": _labels(RelationType),
        "triples": list(triples.values_list(*codes)),
    }


def _labels(model: type[ConceptType] | type[RelationType]) -> list[list[str]]:
    return [[each.code, each.label] for each in model._default_manager.order_by("code")]
