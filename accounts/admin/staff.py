"""Admin of the people who work here and the roles that decide what they see."""

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin import sign_in
from accounts.admin.base import LookOnlyAdmin, StaffAdmin

admin.site.unregister(User)
admin.site.unregister(StaffRoleGroup)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, StaffAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
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
