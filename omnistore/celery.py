"""The Celery application: bells and workers; what is to be done stands in the database."""

import os
from typing import Any

from celery import Celery, signals

from omnistore import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

app = Celery("omnistore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _begun(**_: Any) -> None:
    garbage.collect_less_often()


# Threads work in the process itself, children in theirs.
signals.worker_init.connect(_begun)
signals.worker_process_init.connect(_begun)
