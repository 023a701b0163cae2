"""SCIM is loaded by its first request: its libraries cost a second that most processes never need."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def scim(request: HttpRequest, **_named: Any) -> HttpResponse:
    """Every address below /scim/v2/."""
    response: HttpResponse = import_string("billing.api.scim.views.scim")(request)
    return response
