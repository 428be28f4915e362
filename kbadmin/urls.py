"""Every address. Doors live in the apps; this only says where they stand."""

urlpatterns: list[object] = []
