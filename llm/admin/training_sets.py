"""The pages of training sets and adapters: lists, one of each, and what was called back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance import clock
from governance.admin.base import GovernedAdmin, badge
from governance.admin.standing import moment
from governance.classes import SourceClass
from governance.duties import Deed
from governance.models import Language
from llm.actions import training_sets
from llm.admin.training_pages import (
    CutTrainingSet,
    RegisterAdapter,
    list_of_adapters,
    list_of_sets,
)
from llm.models import Adapter, Job, Part, RowKind, TrainingSet
from llm.training.recalling import CalledBack, called_back
from llm.training.writing import VERB, folder_of

SHOWN = 200


@admin.register(TrainingSet)
class TrainingSetAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Training sets")
    empty_sentence = _("No training set was cut yet.")
    add_page = CutTrainingSet
    detail_template = "llm/training_set.html"
    list_before_template = "llm/training_sets_before.html"
    list_display = ["named", "of_release", "how_many", "called_back", "cut", "who"]
    search_fields = ["name", "release__name"]
    search_help_text = _("Name or release")
    ordering = ["-pk"]
    list_select_related = ["cut_by", "release"]

    @admin.display(description=_("Name"), ordering="name")
    def named(self, made: TrainingSet) -> str:
        return made.name

    @admin.display(description=_("Release"), ordering="release__number")
    def of_release(self, made: TrainingSet) -> str:
        return made.release.name

    @admin.display(description=_("Rows"), ordering="rows")
    def how_many(self, made: TrainingSet) -> str:
        return str(made.rows)

    @admin.display(description=_("Called back"))
    def called_back(self, made: TrainingSet) -> SafeString:
        return _badge(called_back(made, at=clock.now()).count())

    @admin.display(description=_("Cut"), ordering="cut_at")
    def cut(self, made: TrainingSet) -> str:
        return moment(made.cut_at)

    @admin.display(description=_("By"), ordering="cut_by__display_name")
    def who(self, made: TrainingSet) -> str:
        return str(made.cut_by)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With what became of the last order, which is carried out elsewhere."""
        told = {"waiting": _of_the_last_order(), **(extra_context or {})}
        return super().changelist_view(request, told)

    def detail(self, request: HttpRequest, subject: TrainingSet) -> Mapping[str, Any]:
        found = called_back(subject, at=clock.now())
        return {
            "made": subject,
            "counts": _counted(subject),
            "files": [
                each | {"address": _address(subject, each["name"])} for each in subject.files
            ],
            "recalled": found.count(),
            "recalled_badge": _badge(found.count()),
            "rows": _rows(found),
            "shown": SHOWN,
            "recalls": subject.recalls.select_related("version__source").order_by("-pk")[:SHOWN],
            "adapters": [each.adapter for each in subject.adapters.select_related("adapter")],
            "card": _card(subject),
            "crumbs": [(say("Training sets"), list_of_sets())],
        }


@admin.register(Adapter)
class AdapterAdmin(GovernedAdmin):
    view_deed = Deed.READ
    list_title = _("Adapters")
    empty_sentence = _("No adapter was registered yet.")
    add_page = RegisterAdapter
    detail_template = "llm/adapter.html"
    list_display = ["named", "base", "sets", "called_back", "registered", "who"]
    search_fields = ["name", "base_model", "digest"]
    search_help_text = _("Name, base model or digest")
    ordering = ["-pk"]
    list_select_related = ["person", "client"]

    @admin.display(description=_("Name"), ordering="name")
    def named(self, adapter: Adapter) -> str:
        return adapter.name

    @admin.display(description=_("Base model"), ordering="base_model")
    def base(self, adapter: Adapter) -> str:
        return adapter.base_model

    @admin.display(description=_("Trained on"))
    def sets(self, adapter: Adapter) -> str:
        names = adapter.made_of.order_by("set").values_list("set__name", flat=True)
        return say(", ").join(names)

    @admin.display(description=_("Called back"))
    def called_back(self, adapter: Adapter) -> SafeString:
        return _badge(_recalled_of(adapter))

    @admin.display(description=_("Registered"), ordering="registered_at")
    def registered(self, adapter: Adapter) -> str:
        return moment(adapter.registered_at)

    @admin.display(description=_("By"))
    def who(self, adapter: Adapter) -> str:
        return str(adapter.person or adapter.client)

    def detail(self, request: HttpRequest, subject: Adapter) -> Mapping[str, Any]:
        return {
            "adapter": subject,
            "registered_by": self.who(subject),
            "recalled_badge": _badge(_recalled_of(subject)),
            "sets": [each.set for each in subject.made_of.select_related("set").order_by("set")],
            "crumbs": [(say("Adapters"), list_of_adapters())],
        }


def _badge(rows: int) -> SafeString:
    if not rows:
        return badge("good", say("none"))
    return badge("bad", say("Called back: %(rows)s") % {"rows": rows})


def _recalled_of(adapter: Adapter) -> int:
    sets = [each.set for each in adapter.made_of.select_related("set")]
    return sum(called_back(made, at=clock.now()).count() for made in sets)


def _of_the_last_order() -> str:
    """How far it is, or why nothing came of it; empty where a set did."""
    if training_sets.waiting():
        return say("A training set is being cut; load this page again to see it.")
    job = Job.objects.filter(verb=VERB).order_by("-pk").first()
    outcome = (job.outcome or {}) if job else {}
    if "error" not in outcome:
        return ""
    return say("The last training set could not be cut: %(error)s") % {"error": outcome["error"]}


def _counted(made: TrainingSet) -> list[tuple[str, list[tuple[str, int]]]]:
    titles = {
        "part": (say("Part"), dict(Part.choices)),
        "kind": (say("Kind"), dict(RowKind.choices)),
        "language": (say("Language"), dict(Language.choices)),
        "source_class": (say("Class"), dict(SourceClass.choices)),
    }
    return [
        (title, [(str(labels[name]), n) for name, n in made.counts.get(about, {}).items()])
        for about, (title, labels) in titles.items()
    ]


def _address(made: TrainingSet, file: str) -> str:
    return reverse("training-file", kwargs={"name": made.name, "file": file})


def _rows(found: CalledBack) -> list[dict[str, Any]]:
    """The first of them by number, with the passages they are called back by."""
    if not found.is_any:
        return []
    rows = found.made_of().filter(row__in=list(found.rows()[:SHOWN])).select_related("row")
    told: dict[int, dict[str, Any]] = {}
    for each in rows.order_by("row", "passage"):
        row = told.setdefault(each.row_id, {"row": each.row, "because": []})
        row["because"].append((each.passage_id, found.why(each.version_id).label))
    return list(told.values())


def _card(made: TrainingSet) -> str:
    language = "zh" if str(get_language()).startswith("zh") else "en"
    path = folder_of(made.ordered) / f"card-{language}.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""
