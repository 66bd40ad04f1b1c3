"""The Celery application: bells and workers; what is to be done stands in the database."""

import gc
import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

app = Celery("omnistore")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def collect_less_often(**_: Any) -> None:
    """
    Let Python look for circles among what a batch makes, not among all that was ever imported.

    A worker makes and drops tens of thousands of rows a second and keeps none of them; with the
    usual thresholds a tenth of its time went into looking through the modules again and again.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


# Threads work in the process itself, children in theirs.
signals.worker_init.connect(collect_less_often)
signals.worker_process_init.connect(collect_less_often)
