"""Admin of governed things: shown to those whose duty includes it, changed by actions alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from unfold.admin import ModelAdmin

from governance.admin.bulk import Bulk, bulk_of, chosen_in_list
from governance.admin.lists import PagedList
from governance.admin.pages import ActionPage
from governance.admin.saved_views import SaveView, kept, views_of
from governance.duties import Deed
from governance.errors import TooLarge
from governance.models import Account

View = Callable[..., HttpResponse]


def badge(kind: str, text: object) -> SafeString:
    """A word on a coloured ground. `kind` is good, bad, warn, plain or info."""
    return format_html('<span class="kb-badge kb-{}">{}</span>', kind, text)


LONGEST_SEARCH = 200


def _name_what_is_shown(page: TemplateResponse) -> None:
    """The list's title, and by which filters it was narrowed."""
    context = page.context_data or {}
    cl = context.get("cl")
    chosen = [
        str(choice["display"])
        for spec in getattr(cl, "filter_specs", [])
        for choice in spec.choices(cl)
        if choice.get("selected") and spec.used_parameters
    ]
    if chosen:
        context["title"] = " · ".join([str(context["title"]), *chosen])


class GovernedAdmin(ModelAdmin):
    """Lists, and one page a thing. Whatever changes it is an `ActionPage` of its own."""

    view_deed: ClassVar[Deed]
    list_title: ClassVar[Promise]
    empty_sentence: ClassVar[Promise]
    add_page: ClassVar[type[ActionPage[Any]] | None] = None
    pages: ClassVar[tuple[type[ActionPage[Any]], ...]] = ()
    detail_template: ClassVar[str]
    # The pages whose deed may be done to many at once. Those that want each thing read are not.
    in_bulk: ClassVar[tuple[type[ActionPage[Any]], ...]] = ()
    list_before_template = "governance/saved_views.html"

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # Permission is a question to the duty, never to Django's own tables.

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return isinstance(request.user, Account) and request.user.may(self.view_deed)

    def has_add_permission(self, request: HttpRequest) -> bool:
        page = self.add_page
        return page is not None and page(request, None).is_allowed()

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    # Addresses.

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:pk>/{page.path}/",
                self._view_of(page),
                name=f"{self.model._meta.model_name}_{page.path.replace('-', '_')}",
            )
            for page in self.pages
        ]
        if self.add_page:
            name = f"{self.model._meta.app_label}_{self.model._meta.model_name}_add"
            own.append(path("add/", self._view_of(self.add_page), name=name))
        return [*own, *self._addresses_of_the_list(), *super().get_urls()]

    def _addresses_of_the_list(self) -> list[URLPattern]:
        model = self.model._meta.model_name
        of_mine = {"model": model, "list_title": self.list_title, "deed": self.view_deed}
        save = type("SaveView", (SaveView,), of_mine)
        bulk = [
            path(f"bulk/{page.path}/", self._view_of(page), name=self._name_in_bulk(page))
            for page in self.bulk_pages
        ]
        return [path("save-view/", self._view_of(save), name=f"{model}_save_view"), *bulk]

    def _name_in_bulk(self, page: type[Bulk]) -> str:
        return f"{self.model._meta.model_name}_bulk_{page.path.replace('-', '_')}"

    @cached_property
    def bulk_pages(self) -> list[type[Bulk]]:
        name = str(self.model._meta.model_name)
        return [
            bulk_of(page, listed=name, title=self.list_title, rows=self.get_queryset)
            for page in self.in_bulk
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What the menu above the list offers: each leads to a page that says what will happen."""
        pages = [p for p in self.bulk_pages if p(request, None).is_allowed()]
        return {
            page.path: (
                chosen_in_list(page, f"admin:{self._name_in_bulk(page)}"),
                page.path,
                f"{page.title}…",
            )
            for page in pages
        }

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedList]:
        return PagedList

    def complete(self, rows: list[Any]) -> None:
        """Tell the rows of one page of the list what they show beyond their columns."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        sought = request.GET.get("q", "")
        if len(sought) > LONGEST_SEARCH:
            # No database looks for a pattern of any length.
            asked = request.GET.copy()
            asked["q"] = sought[:LONGEST_SEARCH]
            return HttpResponseRedirect(f"{request.path}?{asked.urlencode()}")
        saved = list(views_of(request, str(self.model._meta.model_name)))
        shown = kept(request.GET)
        context = {
            "title": self.list_title,
            "add_page": self.add_page,
            "saved_views": saved,
            "shown": shown,
            "shown_is_saved": any(view.query == shown for view in saved),
            "save_view": reverse(f"admin:{self.model._meta.model_name}_save_view"),
        }
        try:
            page: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
            if isinstance(page, TemplateResponse):
                _name_what_is_shown(page)
        except OverflowError:
            # A number in the address that no column can hold: the list without it.
            return HttpResponseRedirect(request.path)
        return page

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The thing as it stands, and what this person may do about it now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        subject = self.get_object(request, object_id)
        if subject is None:
            raise Http404
        context = {
            **admin.site.each_context(request),
            "title": str(subject),
            **self.offered(request, subject),
            **self.detail(request, subject),
        }
        return TemplateResponse(request, self.detail_template, context)

    def detail(self, request: HttpRequest, subject: Any) -> Mapping[str, Any]:
        """What the detail page shows."""
        return {}

    def offered(self, request: HttpRequest, subject: Any) -> dict[str, Any]:
        """The buttons this person may press now, and why others are missing, with the way out."""
        pages = [page(request, subject) for page in self.pages]
        fitting = [p for p in pages if p.is_allowed() and p.fits()]
        obstacles = [(p, p.obstacle()) for p in fitting]
        buttons = [(p, self.address_of(p, subject)) for p, obstacle in obstacles if not obstacle]
        withheld = {obstacle: page.way_out() for page, obstacle in obstacles if obstacle}
        return {"buttons": buttons, "withheld": list(withheld.items())}

    def address_of(self, page: ActionPage[Any], subject: Any) -> str:
        name = f"admin:{self.model._meta.model_name}_{page.path.replace('-', '_')}"
        return reverse(name, args=[subject.pk])

    def find(self, request: HttpRequest, pk: int | None) -> Any:
        """The subject of an action page; None where the page makes one."""
        if pk is None:
            return None
        subject = self.get_object(request, str(pk))
        if subject is None:
            raise Http404
        return subject

    def _view_of(self, page: type[ActionPage[Any]]) -> View:
        """The page as a view that survives a body too large to be received.

        The limit strikes while Django reads the body, which the check of the CSRF token does
        first; so the token is checked in here, after the body was read.
        """

        @csrf_protect
        def checked(request: HttpRequest, pk: int | None = None) -> HttpResponse:
            return page(request, self.find(request, pk)).answer()

        def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
            try:
                _ = request.POST
            except TooLarge as refusal:
                shown = page(request, self.find(request, pk))
                return shown.refused(shown.form(), refusal)
            return checked(request, pk)

        wrapped: View = self.admin_site.admin_view(csrf_exempt(view))
        return wrapped
