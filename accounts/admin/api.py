"""Admin of API clients: a key is shown once, when it is issued; afterwards only its first characters."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from accounts.enums import ApiScope
from accounts.models import ApiClient, ApiReply
from accounts.operations.issue_api_key import issue_api_key


class ApiClientForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=ApiScope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, required=False
    )

    class Meta:
        model = ApiClient
        fields = ["name", "scopes", "requests_per_minute", "is_sandbox"]


@admin.register(ApiClient)
class ApiClientAdmin(PeopleAdmin):
    form = ApiClientForm
    list_display = [
        "name", "key_prefix", "is_sandbox", "scope_list", "requests_per_minute", "created_at",
        "revoked_at",
    ]  # fmt: skip
    search_fields = ["name", "key_prefix"]
    date_hierarchy = "created_at"
    readonly_fields = ["key_prefix", "created_at", "revoked_at"]
    actions_detail = ["revoke"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiClient | None = None) -> list[str]:
        """A key is of the sandbox or it is not, for good."""
        return [*super().get_readonly_fields(request, obj), *(["is_sandbox"] if obj else [])]

    @admin.display(description="Scopes")
    def scope_list(self, client: ApiClient) -> str:
        return ", ".join(client.scopes)

    def save_model(
        self, request: HttpRequest, obj: ApiClient, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        client, key = issue_api_key(
            name=obj.name,
            scopes=obj.scopes,
            is_sandbox=obj.is_sandbox,
            requests_per_minute=obj.requests_per_minute,
        )
        obj.pk, obj.key_prefix, obj.created_at = client.pk, client.key_prefix, client.created_at
        messages.warning(
            request, f"The key of {obj.name} is {key} — copy it now, it is not shown again."
        )

    @action(
        description="Revoke the key",
        permissions=["change"],
        dialog={
            "title": "Revoke the key?",
            "description": "Calls with it are refused from now on. It cannot be given back.",
            "form_class": None,
            "form_submit_text": "Revoke the key",
        },
    )
    def revoke(
        self, request: HttpRequest, confirmation: BaseDialogForm, object_id: str
    ) -> HttpResponse:
        client = ApiClient.objects.get(pk=object_id)
        if client.revoked_at is None:
            client.revoked_at = timezone.now()
            client.save(update_fields=["revoked_at"])
        messages.success(
            request, f"The key of {client.name} is revoked; calls with it are refused."
        )
        page = reverse("admin:accounts_apiclient_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})


@admin.register(ApiReply)
class ApiReplyAdmin(LookOnlyAdmin):
    list_display = ["idempotency_key", "client", "status", "replied_at"]
    list_filter = ["status"]
    list_select_related = ["client"]
    search_fields = ["idempotency_key", "client__name"]
    date_hierarchy = "replied_at"
