"""Signing in to the portal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def sign_in(request: HttpRequest) -> HttpResponse:
    return redirect("account_login")
