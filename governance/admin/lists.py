"""A page of a list, whose rows are told what they show once they are few."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.views import ChangeList


class PagedList(ChangeList):
    """Lets the admin complete the rows of the page that is shown.

    What is asked for in the list's own query is worked out for every row that fits, for they are
    sorted first.
    """

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        self.model_admin.complete(rows)
        self.result_list = rows
