"""The Celery application and its calendar. Tasks only lend hands; the queue is PostgreSQL."""

import gc
import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_process_init

from config.embedded import ensure_services

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# checks load every page, and nobody asks a worker for one; `manage.py check` runs them
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
ensure_services()

app = Celery("seatledger")
app.set_default()  # "current" is of a thread; web requests come in others
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {"billing.tasks.tell_products": {"queue": "webhooks"}}
app.conf.beat_schedule = {
    "webhooks": {
        "task": "billing.tasks.tell_products",
        "schedule": 2.0,
        "options": {"expires": 10},  # nobody listens: they do not pile up
    },
    "daily invoice run": {
        "task": "billing.tasks.start_daily_run",
        "schedule": crontab(hour="4", minute="0"),
    },
    "tax thresholds": {
        "task": "billing.tasks.measure",
        "schedule": crontab(hour="3", minute="30"),
    },
    "tax ids": {"task": "tax.tasks.ask_registers", "schedule": 60.0},
    "tax engine": {"task": "tax.tasks.ask_tax_engine", "schedule": 60.0},
    "tick": {"task": "billing.tasks.tick", "schedule": 60.0},
    "recovery": {"task": "dunning.tasks.tick", "schedule": 60.0},
    "incidents": {
        "task": "desk.tasks.look_for_incidents",
        "schedule": crontab(hour="6", minute="0"),
    },
    "desk": {"task": "desk.tasks.tick", "schedule": 60.0},
    "lists of people": {"task": "portal.tasks.tick", "schedule": 60.0},
    "mail of accounts": {"task": "accounts.tasks.send_mail", "schedule": 60.0},
    "ownership offered": {
        "task": "accounts.tasks.expire_ownership",
        "schedule": crontab(hour="2", minute="15"),
    },
    "sessions": {
        "task": "accounts.tasks.forget_sessions",
        "schedule": crontab(hour="2", minute="30"),
    },
    "requests of directories": {
        "task": "accounts.tasks.forget_requests",
        "schedule": crontab(hour="2", minute="45"),
    },
}


@worker_process_init.connect
def calm_the_collector(**_added_later: object) -> None:
    """Loaded code is no garbage: looking through it again and again costs a sixth of each PDF's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
