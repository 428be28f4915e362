"""Every address. Doors live in the apps; this only says where they stand."""

from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView

from kbadmin import health, question_lists
from kbadmin.documentation import Documentation
from kbadmin.system.pages import enter_pages

enter_pages()
question_lists.enter_pages()


def nothing_here(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    # unfold's search over everything has no duty to ask for, and breaks on nonsense.
    path("admin/search/", nothing_here),
    path("admin/", admin.site.urls),
    # Where every citation leads, also to what is no longer in force.
    path(
        "passages/<int:object_id>/",
        RedirectView.as_view(pattern_name="admin:governance_passage_change"),
        name="passage",
    ),
    path("health/live/", health.live),
    path("health/ready/", health.ready),
    path("metrics", ExportToDjangoView),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", Documentation.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("governance.api.urls")),
    path("api/v1/", include("llm.api.urls")),
    path("v1/", include("llm.api.dialects.urls")),
]

handler400 = "kbadmin.failures.bad_request"
handler403 = "kbadmin.failures.denied"
handler404 = "kbadmin.failures.not_found"
handler500 = "kbadmin.failures.broken"
