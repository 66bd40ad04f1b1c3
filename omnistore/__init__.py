"""The project: what stands below all apps (outbox, audit) and above them (counter, crm, demo)."""

from omnistore.celery import app as celery_app

__all__ = ["celery_app"]
