"""Where the pages of bringing in stand in the admin."""

from __future__ import annotations

from governance.admin import addresses
from ingest.bringing import confirm, inbox, lists
from ingest.bringing.doors import for_curators


def enter() -> None:
    here = "bring-in/"
    addresses.enter(here, for_curators(inbox.bring_in, inbox.refuse_large), "bring_in")
    addresses.enter(f"{here}rows/", for_curators(inbox.rows), "bring_in_rows")
    addresses.enter(f"{here}discard/", for_curators(confirm.discard_many), "bring_in_discard_many")
    addresses.enter(f"{here}<int:pk>/file/", for_curators(inbox.file), "bring_in_file")
    addresses.enter(f"{here}<int:pk>/", for_curators(confirm.confirm), "bring_in_confirm")
    addresses.enter(f"{here}<int:pk>/discard/", for_curators(confirm.discard), "bring_in_discard")
    addresses.enter(
        f"{here}lists/", for_curators(lists.upload, lists.refuse_large), "bring_in_lists"
    )
    addresses.enter(f"{here}lists/template/", for_curators(lists.template), "bring_in_template")
    addresses.enter(f"{here}lists/<int:pk>/", for_curators(lists.dry_run), "bring_in_list")
