"""The frame of every staff page, without what no page of it shows being worked out for each."""

from typing import Any

from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import sites
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class StaffSite(UnfoldAdminSite):
    """Unfold's site; the list of all models, four milliseconds of a page, is made where it is shown."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        return SimpleLazyObject(lambda: super(StaffSite, self).get_app_list(request, app_label))


class StaffSiteConfig(AppConfig):
    """In the place of Unfold's own configuration, which sets up its own site."""

    name = "unfold"

    def ready(self) -> None:
        admin.site = sites.site = StaffSite()
