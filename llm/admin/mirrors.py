"""Says on a program's page which corpus its mirror holds."""

from __future__ import annotations

from datetime import datetime

from governance.admin import client_panels
from governance.admin.client_panels import Panel
from governance.duties import Scope
from governance.models import Client
from llm.mirrors import standing_of


def panel(client: Client, at: datetime) -> Panel | None:
    if not client.opens(Scope.CORPUS):
        return None
    return "llm/mirror_panel.html", {"standing": standing_of(client)}


client_panels.enter(panel)
