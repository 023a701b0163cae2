"""The Celery application and its calendar. Tasks only lend hands; the queue is PostgreSQL."""

import os

from celery import Celery
from celery.schedules import crontab

from config.embedded import ensure_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
ensure_services()

app = Celery("seatledger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "daily invoice run": {
        "task": "billing.tasks.start_daily_run",
        "schedule": crontab(hour="4", minute="0"),
    },
    "tick": {"task": "billing.tasks.tick", "schedule": 60.0},
}
