"""Publishing a new version of a price or a policy: a form, one operation, and never a change to what exists."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from accounts.admin.base import LookOnlyAdmin
from kernel.refusal import Refusal


class VersionedAdmin(LookOnlyAdmin):
    """
    A list of immutable versions. “Add” publishes the next one by the operation of its kind.

    Subclasses name the form and say how to publish; the form starts from the version it follows.
    """

    publish_form: type[forms.Form]
    publish_title: str
    publish_hint: str
    publish_template = "admin/publish_version.html"
    actions_detail = ["publish_next"]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        meta = self.model._meta
        return bool(request.user.has_perm(f"{meta.app_label}.add_{meta.model_name}"))

    def publish(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        """Call the operation. :raises Refusal: to be shown on the form"""
        raise NotImplementedError

    def initial_after(self, version: Any) -> dict[str, Any]:
        """What the form says at first, to follow `version`."""
        raise NotImplementedError

    @action(description="Publish the next version", permissions=["add"])
    def publish_next(self, request: HttpRequest, object_id: str) -> HttpResponse:
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_add"
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'after': object_id})}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.bound_form(request)
        if request.method == "POST" and form.is_valid():
            try:
                version = self.publish(request, form.cleaned_data)
            except Refusal as refusal:
                form.add_error(None, str(refusal))
            else:
                self.log_addition(request, version, "Published.")
                messages.success(
                    request, f"{version} was published. What was rated keeps its version."
                )
                name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change"
                return HttpResponseRedirect(reverse(name, args=[version.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": self.publish_title,
            "hint": self.publish_hint,
            "form": form,
            "media": self.media + form.media,
            "opts": self.model._meta,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.publish_template, context)

    def bound_form(self, request: HttpRequest) -> forms.Form:
        if request.method == "POST":
            return self.publish_form(request.POST)
        initial: dict[str, Any] = {"effective_from": timezone.now().date()}
        follows = self.get_object(request, request.GET["after"]) if "after" in request.GET else None
        if follows is not None:
            initial |= self.initial_after(follows)
        return self.publish_form(initial=initial)
