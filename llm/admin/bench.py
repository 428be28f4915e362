"""The retrieval bench: asks as the inference tier would, and shows why the answer is what it is.

Nothing of it is stored: it is no use of knowledge, and a question may name a patient.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from governance import clock
from governance.admin.pages import account_of, refuse_without
from governance.admin.row_numbers import numbers_of_rows
from governance.admin.standing import moment
from governance.admin.tables import opening, shown
from governance.duties import Deed
from governance.models import Account, Passage
from llm.admin.bench_form import QuestionForm, SettingForm
from llm.admin.reasons import why_not
from llm.as_of import may_look_back, out_of_force, retrieve_as_of
from llm.conflicts import Said, conflicts
from llm.embedding import Unavailable
from llm.explaining import Reasons, reasons_of
from llm.found import Found
from llm.projections.holdings import quoted
from llm.retrieval import Answer, Question, retrieve
from llm.stores.port import StoreAway
from llm.stores.shards import InUse

NAMES = ("A", "B")


@dataclass(frozen=True)
class Row:
    """A passage of an answer. `text` is None where it may be cited only.

    `moved` is by how many places it stands higher than beside; None where it does not stand there.
    `opposed` are sentences of its own with those of others that seem to contradict them.
    """

    place: int
    found: Found
    text: str | None
    is_in_force_now: bool = True
    moved: int | None = None
    reasons: Reasons | None = None
    opposed: tuple[tuple[Said, Said], ...] = ()

    @property
    def html(self) -> SafeString:
        return shown(self.text or "")

    @property
    def distance(self) -> int:
        return abs(self.moved or 0)


@dataclass(frozen=True)
class Missing:
    """A passage that is not served, and why not. `passage` is None where there is no such one."""

    name: str
    passage: Passage | None
    reason: str

    @property
    def html(self) -> SafeString:
        return opening(self.passage.text) if self.passage else SafeString("")


@dataclass
class Side:
    """One setting with what came of it. `problem` is a sentence where nothing could be asked."""

    name: str
    at: datetime
    is_past: bool
    answer: Answer | None = None
    rows: list[Row] = field(default_factory=list)
    refused: list[Missing] = field(default_factory=list)
    out_of_force: list[Missing] = field(default_factory=list)
    without_vector: int = 0
    milliseconds: int = 0
    problem: str = ""

    @property
    def moment(self) -> str:
        return moment(self.at)

    @property
    def places(self) -> dict[int, int]:
        return {row.found.passage.pk: row.place for row in self.rows}


def bench(request: HttpRequest) -> HttpResponse:
    account = account_of(request)
    refuse_without(Deed.READ, account)
    if request.method == "POST":
        return _asked(request, account)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    return _shown(request, QuestionForm(), _settings(account, None), [])


def _asked(request: HttpRequest, account: Account) -> HttpResponse:
    if any(request.POST.get(f"{name}-as_of") for name in NAMES) and not may_look_back(account):
        refuse_without(Deed.REVIEW, account)
    form, settings = QuestionForm(request.POST), _settings(account, request.POST)
    is_sound = form.is_valid()
    used = settings if form.cleaned_data.get("beside") else settings[:1]
    # Each is looked at, so that whoever asks sees all that is wrong at once.
    wrong = [setting for setting in used if not setting.is_valid()]
    if wrong or not is_sound:
        return _shown(request, form, settings, [], HTTPStatus.BAD_REQUEST)
    sides = [_side(setting, form.cleaned_data) for setting in used]
    _mark_moves(sides)
    return _shown(request, form, settings, sides)


def _settings(account: Account, data: QueryDict | None) -> list[SettingForm]:
    may = may_look_back(account)
    return [SettingForm(data, prefix=name, may_look_back=may) for name in NAMES]


def _shown(
    request: HttpRequest,
    form: QuestionForm,
    settings: list[SettingForm],
    sides: list[Side],
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Retrieval bench"),
        "form": form,
        "settings": list(zip(NAMES, settings, strict=True)),
        "sides": sides,
    }
    return TemplateResponse(request, "llm/bench.html", context, status=status)


def _side(setting: SettingForm, asked: dict[str, str]) -> Side:
    question, now = setting.question(asked["query"]), clock.now()
    at = setting.cleaned_data.get("as_of")
    side = Side(str(setting.prefix), at or now, is_past=at is not None)
    began = time.perf_counter()
    try:
        _fill(side, question, now)
        side.milliseconds = round((time.perf_counter() - began) * 1000)
        if asked["out_of_force"]:
            side.out_of_force = _that_would_fit(question, side.at)
    except (StoreAway, InUse):
        side.problem = _("The vector store cannot be reached just now; ask again later.")
    except Unavailable:
        side.problem = _("The encoder cannot be reached just now.")
    return side


def _fill(side: Side, question: Question, now: datetime) -> None:
    if not side.is_past:
        side.answer = retrieve(question, at=now)
        in_force = {f.passage.pk for f in side.answer.found}
    else:
        recalled = retrieve_as_of(question, at=side.at, now=now)
        side.answer, side.without_vector = recalled.answer, recalled.without_vector
        in_force = set(recalled.in_force_now)
    found = side.answer.found
    reasons = reasons_of(found, question, at=now)
    # What may be cited only is not shown by its sentences either.
    shown_whole = [f.passage for f in found if quoted(f.passage, f.passage.version) is not None]
    opposed = conflicts(shown_whole)
    side.rows = [
        Row(
            place,
            f,
            quoted(f.passage, f.passage.version),
            f.passage.pk in in_force,
            reasons=reasons[f.passage.pk],
            opposed=tuple(c.seen_from(f.passage) for c in opposed if f.passage in c),
        )
        for place, f in enumerate(found, start=1)
    ]
    side.refused = _refused(side.answer.refused, now)


def _refused(names: frozenset[str], at: datetime) -> list[Missing]:
    """What a store offered and the truth refused. A name may be nobody's."""
    rows = Passage.objects.filter(pk__in=numbers_of_rows(names)).select_related(
        "version__source", "section"
    )
    known = {str(p.pk): p for p in rows.filter(pk__in=numbers_of_rows(names))}
    return [Missing(name, known.get(name), _reason(known.get(name), at)) for name in sorted(names)]


def _reason(passage: Passage | None, at: datetime) -> str:
    if passage is None:
        return _("There is no such passage.")
    return why_not(passage, at) or _("It came into force while it was asked.")


def _that_would_fit(question: Question, at: datetime) -> list[Missing]:
    found = out_of_force(question, at=at)
    return [Missing(str(f.passage.pk), f.passage, why_not(f.passage, at)) for f in found]


def _mark_moves(sides: list[Side]) -> None:
    """By how many places each passage of the second answer stands higher than in the first."""
    if len(sides) < len(NAMES):
        return
    before, now = sides[0].places, sides[1].places
    for side, own, other in ((sides[0], before, now), (sides[1], now, before)):
        side.rows = [replace(row, moved=_moved(row, own, other)) for row in side.rows]


def _moved(row: Row, own: dict[int, int], other: dict[int, int]) -> int | None:
    pk = row.found.passage.pk
    return other[pk] - own[pk] if pk in other else None
