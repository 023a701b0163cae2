"""Addresses of people, groups and seats, below /portal/c/<customer>/people/."""

from django.urls import path

from portal.views import groups, people, people_import, quotas, seats, seats_buy

PATHS = [
    path("", people.people, name="people"),
    path("people.csv", people.people_csv, name="people_csv"),
    path("person/<uuid:grantee_id>/", people.person, name="person"),
    path("person/<uuid:grantee_id>/seat/<str:verb_name>/", seats.seat_change, name="seat_change"),
    path("seats/buy/", seats_buy.seats_buy, name="seats_buy"),
    path("seats/setting/", seats_buy.seats_setting, name="seats_setting"),
    path("seats/ask/", seats_buy.seats_ask, name="seats_ask"),
    path("requests/", seats_buy.requests, name="seat_requests"),
    path("requests/<uuid:request_id>/", seats_buy.seat_request, name="seat_request"),
    path("import/", people_import.people_import, name="import_new"),
    path("import/<uuid:import_id>/", people_import.import_page, name="import"),
    path(
        "import/<uuid:import_id>/progress/", people_import.import_progress, name="import_progress"
    ),
    path("import/<uuid:import_id>/go-on/", people_import.import_go_on, name="import_go_on"),
    path("import/<uuid:import_id>/result.csv", people_import.import_csv, name="import_csv"),
    path("quotas/", quotas.quotas, name="quotas"),
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
