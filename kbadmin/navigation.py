"""The face of the admin: its name, its colours, and what stands in the side bar for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.duties import Deed

Permission = Callable[[HttpRequest], bool]


def may(deed: Deed) -> Permission:
    """Whether who asks is logged in and has a duty that includes the deed."""

    def permits(request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.may(deed)

    return permits


def may_offer_drift(request: HttpRequest) -> bool:
    """There must be a graph database, in which something could be changed."""
    return bool(settings.NEO4J_URI) and may(Deed.DRAW)(request)


def _item(title: Any, icon: str, address: str, deed: Deed) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{address}")
    return {"title": title, "icon": icon, "link": link, "permission": may(deed)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Clinical knowledge base"),
    "SITE_HEADER": _("Clinical knowledge base"),
    "SITE_SYMBOL": "clinical_notes",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "kbadmin.home.index",
    "LOGIN": {"form": "kbadmin.login.LoginForm"},
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("governance/icon.svg"),
        },
    ],
    "STYLES": [lambda request: static("governance/admin.css")],
    "SCRIPTS": [lambda request: static("governance/admin.js")],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 220)",
            "100": "oklch(94% .03 220)",
            "200": "oklch(89% .055 220)",
            "300": "oklch(81% .09 220)",
            "400": "oklch(70% .11 222)",
            "500": "oklch(58% .11 225)",
            "600": "oklch(49% .10 228)",
            "700": "oklch(43% .09 230)",
            "800": "oklch(37% .075 232)",
            "900": "oklch(31% .06 234)",
            "950": "oklch(23% .045 236)",
        },
    },
    "ACCOUNT": {
        "navigation": [{"title": _("My page"), "link": reverse_lazy("admin:me")}],
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "",
                "items": [
                    {"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("Notices"),
                        "icon": "notifications",
                        "link": reverse_lazy("admin:notices"),
                        "badge": "governance.admin.notices.badge",
                    },
                ],
            },
            {
                "title": _("Knowledge"),
                "items": [
                    _item(_("Bring in"), "upload_file", "bring_in", Deed.CURATE),
                    _item(_("Sources"), "menu_book", "governance_source_changelist", Deed.READ),
                    _item(_("Versions"), "layers", "governance_version_changelist", Deed.READ),
                    _item(_("Pulls"), "block", "pulls", Deed.READ),
                    _item(_("Concepts"), "label", "governance_concept_changelist", Deed.READ),
                    _item(_("Graph canvas"), "hub", "canvas", Deed.READ),
                    _item(
                        _("Change sets"), "difference", "governance_changeset_changelist", Deed.READ
                    ),
                    _item(
                        _("Proposed relations"),
                        "playlist_add_check",
                        "llm_proposal_changelist",
                        Deed.DRAW,
                    ),
                    _item(_("Feedback"), "reviews", "llm_ticket_changelist", Deed.READ),
                    _item(_("Evidence to look at"), "move_down", "evidence_left", Deed.READ),
                    {
                        "title": _("Changed in the graph database"),
                        "icon": "compare_arrows",
                        "link": reverse_lazy("admin:graph_drift"),
                        "permission": may_offer_drift,
                    },
                    _item(_("Releases"), "inventory_2", "llm_release_changelist", Deed.READ),
                    _item(
                        _("Training sets"),
                        "model_training",
                        "llm_trainingset_changelist",
                        Deed.READ,
                    ),
                    _item(_("Adapters"), "extension", "llm_adapter_changelist", Deed.READ),
                    _item(_("Retrieval bench"), "experiment", "bench", Deed.READ),
                    _item(_("Question sets"), "quiz", "llm_questionset_changelist", Deed.READ),
                ],
            },
            {
                "title": _("Oversight"),
                "items": [
                    _item(
                        _("Audit trail"),
                        "receipt_long",
                        "governance_auditentry_changelist",
                        Deed.AUDIT,
                    ),
                ],
            },
            {
                "title": _("Operation"),
                "items": [
                    _item(
                        pgettext_lazy("what runs", "System"),
                        "monitor_heart",
                        "system",
                        Deed.OPERATE,
                    )
                ],
            },
            {
                "title": _("Access"),
                "items": [
                    _item(_("Accounts"), "key", "governance_account_changelist", Deed.ADMINISTER),
                    _item(_("Persons"), "badge", "governance_person_changelist", Deed.ADMINISTER),
                    _item(_("Keys"), "vpn_key", "governance_client_changelist", Deed.ADMINISTER),
                    _item(_("Webhooks"), "webhook", "llm_webhook_changelist", Deed.TELL),
                ],
            },
        ],
    },
}
