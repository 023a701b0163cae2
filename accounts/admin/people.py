"""Admin of those who use: groups, grantees and memberships."""

from django.contrib import admin

from accounts.admin.base import PeopleAdmin
from accounts.models import Grantee, Group, Membership


@admin.register(Group)
class GroupAdmin(PeopleAdmin):
    list_display = ["name", "external_id", "customer", "parent", "seat_pool", "created_at"]
    list_select_related = ["customer", "parent"]
    search_fields = ["name", "external_id", "customer__legal_name", "customer__external_id"]
    autocomplete_fields = ["customer", "parent"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]


@admin.register(Grantee)
class GranteeAdmin(PeopleAdmin):
    list_display = ["external_id", "name", "email", "created_at"]
    search_fields = ["external_id", "name", "email"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at", "user"]


@admin.register(Membership)
class MembershipAdmin(PeopleAdmin):
    list_display = ["grantee", "group", "customer", "role", "state", "created_at"]
    list_filter = ["role", "state"]
    list_select_related = ["grantee", "group", "customer"]
    search_fields = [
        "grantee__external_id",
        "grantee__email",
        "group__name",
        "customer__legal_name",
    ]
    autocomplete_fields = ["customer", "group", "grantee"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
