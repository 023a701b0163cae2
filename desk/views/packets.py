"""Evidence packets: looked up by anything, shown on one page, downloaded as JSON, PDF or ZIP."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.views.decorators.http import require_GET

from accounts.operations.record_audit import record_audit
from accounts.views.filters import page_number
from billing.queries.find_subject import as_uuid
from desk.calc.packet_file import manifest_digest
from desk.calc.story_phrases import LANGUAGES
from desk.documents.packet_sheet import print_packet
from desk.documents.packet_words import packet_words
from desk.documents.packet_zip import packet_json, packet_zip
from desk.queries.packet.collect import packet_of
from desk.queries.packet.page import packet_page
from desk.queries.packet.records import Packet
from desk.queries.packet.subject import Asked, asked_for, find_asked
from desk.views.page import desk_page, show
from kernel.refusal import Refusal

SEES_PEOPLE = "accounts.see_personal_data"
FORMATS = {
    "json": "application/json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}


@require_GET
@desk_page("billing.view_invoice")
def packets(request: HttpRequest) -> HttpResponse:
    """One box: whatever somebody holds leads to its packet, or to the few it may mean."""
    name = request.GET.get("q", "").strip()
    found = find_asked(name)
    if len(found) == 1:
        return HttpResponseRedirect(address_of(found[0]))
    return show(
        request,
        "desk/packets.html",
        title="Evidence packets",
        q=name,
        found=found,
        languages=tuple(LANGUAGES),
    )


def address_of(asked: Asked) -> str:
    return reverse("desk:packet", args=[asked.kind, asked.id])


def asked_or_404(kind: str, key: str) -> Asked:
    """By kind and id; a number, or a gateway's id, may stand in place of the id."""
    uuid = as_uuid(key)
    found = asked_for(kind, uuid) if uuid else next(iter(find_asked(key)), None)
    if found is None:
        raise Http404("Nothing with this number or id explains an amount.")
    return found


def packet_for(request: HttpRequest, kind: str, key: str) -> Packet:
    """The packet as its reader may see it, in the language of `?language` or the customer's."""
    language = request.GET.get("language", "")
    return packet_of(
        asked_or_404(kind, key),
        at=timezone.now(),
        may_see_people=request.user.has_perm(SEES_PEOPLE),
        language=language if language in LANGUAGES else "",
    )


@require_GET
@desk_page("billing.view_invoice")
def packet(request: HttpRequest, kind: str, id: str) -> HttpResponse:
    made = packet_for(request, kind, id)
    number = page_number(request) if "page" in request.GET else 0
    return show(
        request,
        "desk/packet.html",
        title=f"Evidence for {made.asked.label}",
        page=packet_page(made, number=number),
        packet=made,
        absent=[packet_words("en").not_here[one] for one in made.absent],
        languages=tuple(LANGUAGES),
        query=f"language={made.story_language}",
    )


@require_GET
@desk_page("billing.view_invoice")
def packet_file(request: HttpRequest, kind: str, id: str, form: str) -> HttpResponse:
    """The packet as a file. What a ZIP held is on the trail: the digest of its manifest."""
    if form not in FORMATS:
        raise Http404("A packet is JSON, PDF or ZIP.")
    made = packet_for(request, kind, id)
    try:
        content = written(made, form)
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
    if form == "zip":
        note_packet(request, made, content)
    name = f"evidence-{get_valid_filename(made.asked.label.replace('/', '-'))}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=FORMATS[form], headers=headers)


def written(made: Packet, form: str) -> bytes:
    if form == "json":
        return packet_json(made)
    return print_packet(made).pdf if form == "pdf" else packet_zip(made)


def note_packet(request: HttpRequest, made: Packet, content: bytes) -> None:
    """So that a packet shown years later can be told from one that was made up."""
    record_audit(
        actor=request.user,
        action="packet_made",
        subject_kind=made.asked.kind,
        subject_id=made.asked.id,
        label=made.asked.label,
        customer_id=made.customer.id,
        detail={"manifest_sha256": manifest_digest(content), "redacted": made.redacted},
        at=made.made_at,
    )
