"""Addresses of signing in. Those of allauth that would make accounts or take e-mail are left out."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView

from accounts.views.sign_in import company, pages

to_account = RedirectView.as_view(pattern_name="account_home")

urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-in/again/", login_required(account.reauthenticate), name="account_reauthenticate"),
    path("sign-in/switched-off/", account.account_inactive, name="account_inactive"),
    path("sign-in/canceled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/failed/", social.login_error, name="socialaccount_login_error"),
    path("sign-in/with/<slug:provider_id>/", company.sign_in_there, name="openid_connect_login"),
    path(
        "sign-in/with/<slug:provider_id>/callback/",
        company.back_from_there,
        name="openid_connect_callback",
    ),
    path("sign-out/", account.logout, name="account_logout"),
    path("account/", pages.account, name="account_home"),
    path("account/password/", pages.OwnPasswordView.as_view(), name="account_change_password"),
    path(
        "account/password/choose/<str:uidb64>/<str:token>/",
        pages.PasswordLinkView.as_view(),
        name="account_password_link",
    ),
    path(
        "account/sessions/",
        login_required(pages.OtherSessionsView.as_view()),
        name="usersessions_list",
    ),
    path("account/second-factor/", pages.second_factor, name="account_second_factor"),
    path("account/factors/", to_account, name="mfa_index"),
    path(
        "account/factors/totp/activate/",
        login_required(pages.AddAppView.as_view()),
        name="mfa_activate_totp",
    ),
    path(
        "account/factors/webauthn/add/",
        login_required(pages.AddPasskeyView.as_view()),
        name="mfa_add_webauthn",
    ),
    path("account/factors/webauthn/", to_account, name="mfa_list_webauthn"),
    path(
        "account/factors/webauthn/keys/<int:pk>/remove/",
        login_required(pages.RemovePasskeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/factors/recovery-codes/",
        login_required(pages.RecoveryCodesView.as_view()),
        name="mfa_view_recovery_codes",
    ),
    path("account/factors/", include("allauth.mfa.urls")),
]
