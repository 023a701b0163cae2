"""Where a page of errors leads on: staff back to the desk, a customer's people to the portal."""

from django.db import Error
from django.http import HttpRequest

PORTAL = "/portal/"


def way_out(request: HttpRequest) -> str:
    """“desk” or “portal”; empty where nobody can tell who asks: they are offered neither."""
    if request.path.startswith(PORTAL):
        return "portal"
    try:
        user = getattr(request, "user", None)  # missing where the error came before it was read
        if user is None or not user.is_authenticated:
            return ""
    except Error:  # the database is away: the page of errors must not break on it, too
        return ""
    return "desk" if user.is_staff else "portal"
