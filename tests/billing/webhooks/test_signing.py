"""Signatures are those of the Standard Webhooks specification, and the manual's code verifies them."""

import time
from datetime import UTC, datetime

import pytest

from billing.calc.webhook_signing import secret_text, signed_headers
from tests.billing.webhooks.manual import verify_of_the_manual

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's example
BODY = '{"test": 2432232314}'


def test_the_example_of_the_specification_comes_out():
    headers = signed_headers(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        body=BODY,
        sent_at=datetime.fromtimestamp(1614265330, UTC),
        secrets=[SECRET],
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_the_code_of_the_manual_tells_ours_from_others():
    verify = verify_of_the_manual()
    now = datetime.now(UTC)
    secrets = [secret_text(b"a" * 32), secret_text(b"b" * 32)]
    headers = dict(signed_headers(message_id="msg_1", body="ä", sent_at=now, secrets=secrets))

    for secret in secrets:
        verify(secret, headers, "ä".encode())
    for secret, said, body in [
        (secret_text(b"c" * 32), headers, "ä"),
        (secrets[0], headers, "a"),
        (secrets[0], {**headers, "webhook-id": "msg_2"}, "ä"),
        (secrets[0], {**headers, "webhook-timestamp": str(int(time.time()) - 600)}, "ä"),
    ]:
        with pytest.raises(ValueError, match=r"too old|not signed"):
            verify(secret, said, body.encode())
