"""Addresses of the portal, below /portal/. Whatever is a customer's lies below /portal/c/<id>/."""

from django.urls import include, path

from portal.views import account, directory, home, ownership, people_with_rights, sign_in
from portal.views import sign_in_company as company
from portal.views.billing_paths import PATHS as BILLING
from portal.views.invitation_paths import OPEN as JOINING
from portal.views.invitation_paths import PATHS as INVITATIONS
from portal.views.people_paths import PATHS as PEOPLE

app_name = "portal"
urlpatterns = [
    path("", home.choose, name="choose"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/sent/", sign_in.link_sent, name="link_sent"),
    path("sign-in/link/<str:token>/", sign_in.link, name="link"),
    path("sign-in/password/", sign_in.PasswordView.as_view(), name="password_sign_in"),
    path("sign-in/with/<uuid:provider_id>/", company.company, name="sign_in_company"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="account_password"),
    path("account/sessions/", account.end_others, name="account_sessions"),
    path("c/<uuid:customer_id>/", home.home, name="home"),
    path("ownership/link/<str:token>/", ownership.link, name="ownership_link"),
    path("ownership/<uuid:transfer_id>/", ownership.answer, name="ownership"),
    path("c/<uuid:customer_id>/rights/", people_with_rights.people_with_rights, name="rights"),
    path(
        "c/<uuid:customer_id>/rights/<uuid:owner_id>/end/",
        people_with_rights.end,
        name="rights_end",
    ),
    path(
        "c/<uuid:customer_id>/rights/<uuid:owner_id>/invite/",
        people_with_rights.invite,
        name="rights_invite",
    ),
    path("c/<uuid:customer_id>/rights/ownership/", ownership.offer, name="ownership_offer"),
    path(
        "c/<uuid:customer_id>/rights/ownership/withdraw/",
        ownership.withdraw,
        name="ownership_withdraw",
    ),
    path("c/<uuid:customer_id>/people/invitations/", include(INVITATIONS)),
    path("c/<uuid:customer_id>/people/", include(PEOPLE)),
    *JOINING,
    path("c/<uuid:customer_id>/directory/", directory.directory, name="directory"),
    path(
        "c/<uuid:customer_id>/directory/tokens/<uuid:token_id>/revoke/",
        directory.token_revoke,
        name="directory_token_revoke",
    ),
    path(
        "c/<uuid:customer_id>/directory/mappings/new/",
        directory.mapping_new,
        name="directory_mapping_new",
    ),
    path(
        "c/<uuid:customer_id>/directory/mappings/<uuid:mapping_id>/remove/",
        directory.mapping_remove,
        name="directory_mapping_remove",
    ),
    path("c/<uuid:customer_id>/billing/", include(BILLING)),
]
