#!/usr/bin/env python3
"""Django's command line, on the embedded services unless the environment names others."""

import sys

from django.core.management import execute_from_command_line

from config.celery import app as celery_app

__all__ = ["celery_app"]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
