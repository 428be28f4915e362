"""The Celery application. Its tasks live in the apps."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kbadmin.settings")

app = Celery("kbadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
