"""Addresses of the portal, below /portal/. Whatever is a customer's lies below /portal/c/<id>/."""

from django.urls import path

from portal.views import home

app_name = "portal"
urlpatterns = [
    path("", home.choose, name="choose"),
    path("c/<uuid:customer_id>/", home.home, name="home"),
]
