"""Addresses of people, groups and seats, below /portal/c/<customer>/people/."""

from django.urls import path

from portal.views import groups, people

PATHS = [
    path("", people.people, name="people"),
    path("people.csv", people.people_csv, name="people_csv"),
    path("person/<uuid:grantee_id>/", people.person, name="person"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<uuid:group_id>/", groups.group, name="group"),
    path("groups/<uuid:group_id>/remove/", groups.group_remove, name="group_remove"),
    path(
        "groups/<uuid:group_id>/administrators/",
        groups.group_administrator,
        name="group_administrator",
    ),
]
