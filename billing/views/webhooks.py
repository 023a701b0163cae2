"""Where Stripe tells what happened. The signature is checked, the event stored, then it is answered."""

import logging

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.operations.ask_worker import ask_worker
from billing.calc.webhooks import WebhookNotSigned, check_age
from billing.gateways.stripe import is_signed
from billing.operations.receive_webhook import receive_webhook
from kernel.refusal import Refusal

LARGEST_BODY = 1024 * 1024
logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> JsonResponse:
    """200 once the event is stored, also the second time; 400 for what is not ours to believe; 413."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return refuse("body_too_large", f"At most {LARGEST_BODY} bytes are taken.", status=413)
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        return refuse("body_too_large", f"At most {LARGEST_BODY} bytes are taken.", status=413)
    header = request.headers.get("Stripe-Signature", "")
    now = timezone.now()
    try:
        check_age(header=header, now=now)
        if not is_signed(body=body, header=header, secrets=settings.STRIPE_WEBHOOK_SECRETS):
            raise WebhookNotSigned("The signature matches none of our secrets.")
        event = receive_webhook(body=body.decode(), at=now)
    except Refusal as refusal:
        logger.warning("webhook refused: %s %s", refusal.code, refusal)
        return refuse(refusal.code, str(refusal), status=400)
    ask_worker("billing.tasks.settle")  # without a broker, the next tick applies it
    return JsonResponse({"event": event.event_id})


def refuse(code: str, message: str, *, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
