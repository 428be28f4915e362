"""What a WSGI server is given."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbadmin.settings")

application = get_wsgi_application()
