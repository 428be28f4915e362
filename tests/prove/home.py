"""A home and a database of a harness's own, gone at the end; import it before any model.

Under pytest the harness lives in the test's.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile

import django
from django.apps import apps

if "pytest" not in sys.modules and not apps.ready:
    os.environ["KB_HOME"] = tempfile.mkdtemp(prefix="kb-prove-")
    os.environ["DJANGO_SETTINGS_MODULE"] = "kbadmin.settings"
    # What is configured for a real installation is no place for random damage.
    for name in ("DATABASE_URL", "MIGRATION_DATABASE_URL", "QDRANT_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    atexit.register(shutil.rmtree, os.environ["KB_HOME"], ignore_errors=True)
    django.setup()
