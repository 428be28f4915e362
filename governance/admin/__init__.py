"""The admin: everything people do with knowledge, through actions alone."""

from django.contrib import admin
from django.urls import URLPattern, path
from django.views.generic import RedirectView

from governance.admin import (
    addresses,
    canvas,
    canvas_relate,
    canvas_steps,
    canvas_table,
    evidence_left,
    handing_over,
    notices,
    own_pages,
    password_links,
    pull_ending,
    pull_pages,
    pulls,
    timeline,
)
from governance.admin.change_sets import ChangeSetAdmin
from governance.admin.clients import ClientAdmin
from governance.admin.concepts import ConceptAdmin
from governance.admin.own_password import change_password
from governance.admin.passages import PassageAdmin
from governance.admin.people import AccountAdmin, PersonAdmin
from governance.admin.relations import RelationAdmin
from governance.admin.saved_views import remove_view
from governance.admin.sources import SourceAdmin
from governance.admin.trail import TrailAdmin
from governance.admin.versions import VersionAdmin

__all__ = [
    "AccountAdmin",
    "ChangeSetAdmin",
    "ClientAdmin",
    "ConceptAdmin",
    "PassageAdmin",
    "PersonAdmin",
    "RelationAdmin",
    "SourceAdmin",
    "TrailAdmin",
    "VersionAdmin",
]


for _name, (_address, _read) in canvas.VIEWS.items():
    addresses.enter(_address, _read, _name)
addresses.enter("canvas/table/", canvas_table.table, "canvas_table")
addresses.enter("canvas/relate/", canvas_relate.relate_new, "canvas_relate")
addresses.enter("canvas/take-back/", canvas_steps.take_back, "canvas_take_back")
addresses.enter("pulls/", pull_pages.pulls, "pulls")
addresses.enter("pulls/new/", pulls.pull_now, "pull_now")
addresses.enter("pulls/<int:pk>/", pull_pages.pull, "pull")
addresses.enter("pulls/<int:pk>/end/", pull_ending.end_pulled, "pull_end")
addresses.enter("evidence/", evidence_left.evidence_left, "evidence_left")
addresses.enter("evidence/<int:pk>/", evidence_left.follow, "evidence_left_one")
addresses.enter("hand-over/", handing_over.hand_over, "hand_over")
addresses.enter_open("password-link/", password_links.choose, "choose_password")
addresses.enter_open("password-link/<str:secret>/", password_links.follow, "password_link")
for _name, (_address, _page) in own_pages.VIEWS.items():
    addresses.enter(_address, _page, _name)
for _kind, _view in timeline.VIEWS.items():
    addresses.enter(f"governance/{_kind}/<int:pk>/timeline/", _view, f"{_kind}_timeline")


def _addresses() -> list[URLPattern]:
    """Stand before the stock ones: its password form would save without telling the trail."""
    return [
        path("password_change/", admin.site.admin_view(change_password), name="password_change"),
        path("notices/", admin.site.admin_view(notices.page), name="notices"),
        path("notices/<int:pk>/", admin.site.admin_view(notices.opened), name="notice"),
        path("views/<int:pk>/remove/", admin.site.admin_view(remove_view), name="remove_view"),
        path("governance/", RedirectView.as_view(pattern_name="admin:index")),
        *addresses.entered(),
    ]


# The hook by which the site takes addresses of ours.
admin.site.extra_urls = _addresses  # type: ignore[attr-defined]
