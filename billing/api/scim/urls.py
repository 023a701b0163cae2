"""Addresses of SCIM, below /scim/v2/. One view answers all; the names are for the trail."""

from django.urls import path, re_path

from billing.api.scim.door import scim

app_name = "scim"
urlpatterns = [
    path("Users", scim, name="users"),
    path("Users/.search", scim, name="users_search"),
    path("Users/<str:id>", scim, name="user"),
    path("Groups", scim, name="groups"),
    path("Groups/.search", scim, name="groups_search"),
    path("Groups/<str:id>", scim, name="group"),
    path("Bulk", scim, name="bulk"),
    path("", scim, name="root"),
    path(".search", scim, name="root_search"),
    path("ServiceProviderConfig", scim, name="service_provider_config"),
    path("ResourceTypes", scim, name="resource_types"),
    path("ResourceTypes/<str:id>", scim, name="resource_type"),
    path("Schemas", scim, name="schemas"),
    path("Schemas/<str:id>", scim, name="schema"),
    re_path(r".*", scim, name="elsewhere"),
]
