"""The account of a person of the portal: one for all the customers they belong to."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from portal.views.page import to_sign_in


def account(request: HttpRequest) -> HttpResponseBase:
    if not request.user.is_authenticated:
        return to_sign_in(request)
    return redirect("account_home")
