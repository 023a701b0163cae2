"""Admin of the people who work here and the roles that decide what they see."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.forms import UserChangeForm

from accounts.admin import sign_in
from accounts.admin.base import LookOnlyAdmin, StaffAdmin

admin.site.unregister(User)
admin.site.unregister(StaffRoleGroup)


class NewPersonForm(forms.ModelForm):
    """Nobody types a password for somebody else: people choose theirs by a mailed link."""

    class Meta:
        model = User
        fields = ["username", "email", "first_name", "last_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        person: User = super().save(commit)
        return person


@admin.register(User)
class UserAdmin(DjangoUserAdmin, StaffAdmin):
    form = UserChangeForm
    add_form = NewPersonForm
    add_fieldsets = [(None, {"fields": NewPersonForm.Meta.fields})]
    fieldsets = [
        (None, {"fields": ["username"]}),
        *(one for one in DjangoUserAdmin.fieldsets or () if one[0]),
    ]
    list_display = [
        "username",
        "email",
        "first_name",
        "last_name",
        "is_active",
        "is_staff",
        "last_login",
    ]
    list_filter = ["is_active", "is_staff", "groups"]
    actions = sign_in.ACTIONS

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """
        The page of Django on which one person sets the password of another.

        :raises PermissionDenied: always; there is an action that mails a link
        """
        raise PermissionDenied


@admin.register(StaffRoleGroup)
class StaffRoleAdmin(DjangoGroupAdmin, StaffAdmin):
    """Roles are Django groups; what each may do is listed on its page."""


@admin.register(LogEntry)
class LogEntryAdmin(LookOnlyAdmin):
    """Who did what at the desk."""

    list_display = ["action_time", "user", "content_type", "object_repr", "change_message"]
    list_filter = ["action_flag"]
    list_select_related = ["user", "content_type"]
    search_fields = ["object_repr", "change_message", "user__username"]
    date_hierarchy = "action_time"
