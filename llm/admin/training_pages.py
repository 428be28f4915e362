"""What is done about training: a set ordered from a release, an adapter registered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from governance.admin import forms as fields
from governance.admin.pages import ActionPage
from governance.duties import Deed
from llm.actions import adapters, training_sets
from llm.actions.adapters import Trained
from llm.actions.training_sets import Wanted
from llm.models import Release, ReleaseStatus, RowKind, TrainingSet
from llm.models.training import LARGEST_SEED, LONGEST_BASE, LONGEST_NAME, LONGEST_NOTE


def list_of_sets() -> str:
    return reverse("admin:llm_trainingset_changelist")


def list_of_adapters() -> str:
    return reverse("admin:llm_adapter_changelist")


class CutForm(forms.Form):
    name = fields.line(
        _("Name"),
        _("Letters, digits, dots and hyphens, such as 2026-11-ward."),
        longest=LONGEST_NAME,
    )
    release = fields.one_of(_("Release"), ())
    kinds = fields.choices(_("Kinds of rows"), RowKind.choices)
    seed = fields.number(
        _("Seed"),
        _("By it sources are parted; the same release and seed give the same rows."),
        min_value=0,
        max_value=LARGEST_SEED,
        initial=0,
    )
    reason = fields.paragraph(_("Reason"), _("Goes on the record."))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        out = Release.objects.filter(status=ReleaseStatus.PUBLISHED).newest_first()
        field: Any = self.fields["release"]
        field.choices = [(str(release.pk), release.name) for release in out]
        current = Release.objects.current()
        field.initial = str(current.pk) if current else None


class CutTrainingSet(ActionPage[None]):
    path = "add"
    deed = Deed.REVIEW
    title = _("Cut a training set")
    button = _("Cut a training set")
    press = _("Cut")
    hint = _(
        "Rows of what a release holds, is in force and may train a model by its licence; each says"
        " what it was made of, so that it can be called back. A source is wholly in one part."
    )
    done = _("It is being cut; load this page again to see it.")
    form_class = CutForm

    def back(self) -> str:
        return list_of_sets()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Training sets"), list_of_sets())]

    def obstacle(self) -> str:
        if Release.objects.filter(status=ReleaseStatus.PUBLISHED).exists():
            return ""
        return say("No release is published to cut from.")

    def initial(self) -> dict[str, Any]:
        return {"kinds": RowKind.values, "seed": 0}

    def do(self, given: dict[str, Any]) -> str:
        release = Release.objects.get(pk=int(given["release"]))
        wanted = Wanted(given["name"], release, tuple(given["kinds"]), given["seed"])
        training_sets.order(wanted=wanted, reason=given["reason"], by=self.account)
        return list_of_sets()


class AdapterForm(forms.Form):
    name = fields.line(_("Name"), longest=LONGEST_NAME)
    base_model = fields.line(_("Base model"), longest=LONGEST_BASE)
    digest = fields.line(_("SHA-256 of the weights"), longest=64)
    training_sets = fields.choices(_("Trained on"), ())
    note = fields.paragraph(_("Note"), required=False, max_length=LONGEST_NOTE)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        names = TrainingSet.objects.order_by("-pk").values_list("name", flat=True)
        field: Any = self.fields["training_sets"]
        field.choices = [(name, name) for name in names]


class RegisterAdapter(ActionPage[None]):
    path = "add"
    deed = Deed.CURATE
    title = _("Register an adapter")
    button = _("Register an adapter")
    press = _("Register")
    hint = _("Whoever registers one is told when rows that it was trained on are called back.")
    done = _("Registered.")
    form_class = AdapterForm

    def back(self) -> str:
        return list_of_adapters()

    def crumbs(self) -> list[tuple[str, str]]:
        return [(say("Adapters"), list_of_adapters())]

    def obstacle(self) -> str:
        return "" if TrainingSet.objects.exists() else say("No training set was cut yet.")

    def do(self, given: dict[str, Any]) -> str:
        trained = Trained(
            given["name"],
            given["base_model"],
            given["digest"],
            tuple(given["training_sets"]),
            given["note"],
        )
        made, _is_new = adapters.register(trained=trained, by=self.account)
        return reverse("admin:llm_adapter_change", args=[made.pk])
