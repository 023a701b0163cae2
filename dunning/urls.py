"""Addresses that need no sign-in, below /pay/."""

from django.urls import path

from dunning.views.pay import PayCase

app_name = "pay"
urlpatterns = [path("<str:token>/", PayCase.as_view(), name="case")]
