"""Addresses of the portal, below /portal/. Whatever is a customer's lies below /portal/c/<id>/."""

from django.urls import path

from portal.views import account, home, people_with_rights, sign_in

app_name = "portal"
urlpatterns = [
    path("", home.choose, name="choose"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("account/", account.account, name="account"),
    path("c/<uuid:customer_id>/", home.home, name="home"),
    path("c/<uuid:customer_id>/rights/", people_with_rights.people_with_rights, name="rights"),
]
