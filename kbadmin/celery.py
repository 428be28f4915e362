"""The Celery application. Its tasks live in the apps."""

import os
import sys
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbadmin.settings")

app = Celery("kbadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

if Path(sys.argv[0]).name == "celery" and settings.EMBEDDED:
    sys.exit("CELERY_BROKER_URL is not set: without it the work is done within `manage.py serve`.")
