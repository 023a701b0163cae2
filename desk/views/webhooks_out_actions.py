"""What staff do with webhooks we send: register, test, replay, rotate, switch and remove."""

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib.admin.models import ADDITION
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import ChangeKind
from accounts.models import ApiClient
from billing.gateways.configured import configured_webhook_sender
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.operations.register_endpoint import register_endpoint, rotate_secret
from billing.operations.replay_webhooks import replay_webhooks, send_test
from billing.operations.switch_endpoint import remove_endpoint, switch_off, switch_on
from billing.tasks import tell_products
from desk.views.money_moves import decide
from desk.views.page import desk_page, note_in_log, show
from kernel.refusal import Refusal

MANAGE = "billing.change_webhookendpoint"
REPLAY = "billing.change_webhookdelivery"


class NewEndpointForm(forms.Form):
    client = forms.ModelChoiceField(
        ApiClient.objects.filter(revoked_at=None), label="API client", empty_label="Choose"
    )
    url = forms.CharField(max_length=500, label="Address", help_text="https, port 443 or 8443")
    description = forms.CharField(max_length=200, required=False, label="What it is for")
    kinds = forms.MultipleChoiceField(
        choices=ChangeKind.choices,
        required=False,
        label="Kinds of changes",
        help_text="None chosen: all",
        widget=forms.CheckboxSelectMultiple,
    )


class ReplayForm(forms.Form):
    since = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"], required=True)
    only_undelivered = forms.BooleanField(required=False)


@require_http_methods(["GET", "POST"])
@desk_page(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """The form; once registered, the secret for the only time."""
    form = NewEndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        client = values.pop("client")
        try:
            made, secret = register_endpoint(
                client_id=client.pk,
                allow_private=configured_webhook_sender().allow_private,
                at=timezone.now(),
                **values,
            )
        except Refusal as refusal:
            form.add_error("url", refusal.message)
        else:
            note_in_log(request, [made], action_flag=ADDITION, message=f"Registered {made.url}.")
            return secret_page(request, made, secret, None)
    return show(request, "desk/webhook_endpoint_new.html", title="New webhook endpoint", form=form)


@require_POST
@desk_page(MANAGE)
def rotate(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Another secret, shown this once; both sign for a day."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id, removed_at=None)
    secret, until = rotate_secret(endpoint_id=endpoint.pk, at=timezone.now())
    note_in_log(request, [endpoint], action_flag=ADDITION, message="Rotated the secret.")
    return secret_page(request, endpoint, secret, until)


def secret_page(
    request: HttpRequest, endpoint: WebhookEndpoint, secret: str, until: datetime | None
) -> HttpResponse:
    return show(
        request,
        "desk/webhook_secret.html",
        title="Secret of a webhook endpoint",
        endpoint_id=endpoint.pk,
        url=endpoint.url,
        secret=secret,
        until=until,
    )


@require_POST
@desk_page(MANAGE)
def switch(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """On (from where it stopped, or from now on) or off, as the button says."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    wish, now = request.POST.get("wish", ""), timezone.now()

    def act() -> tuple[Model, str]:
        if wish == "off":
            because = f"Switched off by {request.user.get_username()}."
            switch_off(endpoint_id=endpoint.pk, because=because, at=now, tell_staff=False)
            return endpoint, "Switched off. Messages wait until it is switched on again."
        switch_on(endpoint_id=endpoint.pk, skip_missed=wish == "skip", at=now)
        return endpoint, "Switched on."

    return decide(request, back=place_of(endpoint), act=act)


@require_POST
@desk_page(MANAGE)
def remove(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)

    def act() -> tuple[Model, str]:
        remove_endpoint(endpoint_id=endpoint.pk, at=timezone.now())
        return endpoint, "Removed. Its log stays."

    return decide(request, back=reverse("desk:webhook_endpoints"), act=act)


@require_POST
@desk_page(REPLAY)
def test(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """A message that tells of nothing; then to its page, where the answer appears."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    back = [place_of(endpoint)]

    def act() -> tuple[Model, str]:
        sent = send_test(endpoint_id=endpoint.pk, at=timezone.now())
        back.append(reverse("desk:webhook_delivery", args=[sent.pk]))
        return sent, "A test is on its way. Load this page again to see the answer."

    decide(request, back=back[0], act=act)
    tell_products.delay()
    return HttpResponseRedirect(back[-1])


@require_POST
@desk_page(REPLAY)
def replay(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """All messages since an instant (UTC), or those of them that were not delivered."""
    endpoint = get_object_or_404(WebhookEndpoint, pk=endpoint_id)
    form = ReplayForm(request.POST)

    def act() -> tuple[Model, str]:
        if not form.is_valid():
            raise ReplayUnreadable("Say since when: day and time, UTC.")
        count = replay_webhooks(endpoint_id=endpoint.pk, at=timezone.now(), **form.cleaned_data)
        return endpoint, f"{count} message{'' if count == 1 else 's'} will be sent again now."

    answer = decide(request, back=place_of(endpoint), act=act)
    tell_products.delay()
    return answer


@require_POST
@desk_page(REPLAY)
def replay_one(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    sent = get_object_or_404(WebhookDelivery, pk=delivery_id)

    def act() -> tuple[Model, str]:
        keys = [sent.pk]
        count = replay_webhooks(endpoint_id=sent.endpoint_id, keys=keys, at=timezone.now())
        return sent, "Sent again now." if count else "It is being sent, or was called off."

    answer = decide(request, back=reverse("desk:webhook_delivery", args=[sent.pk]), act=act)
    tell_products.delay()
    return answer


class ReplayUnreadable(Refusal):
    code = "webhook_replay_unreadable"


def place_of(endpoint: WebhookEndpoint) -> str:
    return reverse("desk:webhook_endpoint", args=[endpoint.pk])
