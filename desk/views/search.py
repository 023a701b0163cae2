"""The global search: straight to the page that is meant, or everything that fits, by kind."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET

from desk.queries.search.everything import search, searchable
from desk.views.page import show, show_part, staff_page

SUGGESTIONS = "dk-suggestions"
SHORTEST_SUGGESTED = 2


@require_GET
@staff_page
def search_page(request: HttpRequest) -> HttpResponse:
    """
    Suggestions while somebody types; otherwise a redirect to the only exact hit, or the list.

    `?q=…&all=1` lists also where one page is meant.
    """
    text = request.GET.get("q", "")
    may = request.user.has_perm
    if request.headers.get("HX-Target") == SUGGESTIONS:
        found = search(text, may=may) if len(text.strip()) >= SHORTEST_SUGGESTED else None
        return show_part(request, "desk/parts/suggestions.html", found=found, q=text)
    found = search(text, may=may)
    if found.meant and "all" not in request.GET:
        return HttpResponseRedirect(found.meant)
    return show(
        request,
        "desk/search.html",
        title="Search",
        found=found,
        q=text,
        searchable=searchable(may=may),
    )
