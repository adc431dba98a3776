"""The project package: settings, addresses, engines and processes; wiring only."""

from itsm.celery import app as celery_app

__all__ = ["celery_app"]
