"""Sending: only to checked public addresses, to the very one checked, once, and not for ever."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from billing.calc.public_address import is_public
from billing.calc.webhook_url import WebhookUrlRefused, read_url
from billing.gateways.webhook_sender import LONGEST_ANSWER, Answer, WebhookSender
from tests.billing.webhooks.receiver import drip, receiving, reply

NEAR = WebhookSender(allow_private=True, timeout_seconds=2)
FAR = WebhookSender(timeout_seconds=2)


def send(url: str, sender: WebhookSender = NEAR) -> Answer:
    target = read_url(url, allow_private=True)
    return sender.send(target=target, body='{"a": "ä"}', headers={"webhook-id": "msg_1"})


def leads_to(monkeypatch, *answers: list[str]) -> list[str]:
    """The resolver gives these answers one after the other; tells which names were asked."""
    asked, left, real = [], list(answers), socket.getaddrinfo

    def resolve(host, port, *more, **rest):
        if host[0].isdigit():
            return real(host, port, *more, **rest)
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "100.100.100.200", "168.63.129.16", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1",
        "192.0.2.7", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fd00:ec2::254", "ff02::1", "fec0::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe", "2001:db8::1", "moon",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_are_told_apart(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_of_the_public_are_known(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/", "ftp://hooks.example.com", "https:///x", "https://",
        "https://hooks.example.com:22/", "https://hooks.example.com:99999/", "moon",
        "https://me:secret@hooks.example.com/", "https://hooks.example.com/#here",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:7f00:1]/", "https://10.0.0.1/",
        "https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/",
        "https://localhost/", "https://app.localhost/", "https://db.internal/", "https://db/",
        "https://hooks.example.com/a b", "https://hooks.example.com/\r\nHost: x", "https://ex\x00.com",
        "https://hooks.example.com\\@127.0.0.1/", "https://" + "a" * 500, "https://[::1",
    ],
)  # fmt: skip
def test_addresses_that_lead_inward_or_nowhere_are_not_registered(url):
    with pytest.raises(WebhookUrlRefused):
        read_url(url)


def test_an_address_is_taken_apart():
    target = read_url("https://Hooks.Example.com:8443/in?team=1")

    assert (target.host, target.port) == ("hooks.example.com", 8443)
    assert (target.path, target.authority) == ("/in?team=1", "hooks.example.com:8443")


def test_a_message_arrives_whole_with_its_headers():
    with receiving(lambda request: reply(request, 200, b"thanks")) as receiver:
        answer = send(receiver.url + "?team=1")

    path, headers, body = receiver.got[0]
    assert (answer.status, answer.start, answer.problem) == (200, "thanks", "")
    assert (path, body) == ("/hooks?team=1", '{"a": "ä"}')
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["webhook-id"] == "msg_1"


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "::ffff:127.0.0.1"])
def test_a_name_that_leads_inward_is_not_connected_to(monkeypatch, inside):
    with receiving() as receiver:
        leads_to(monkeypatch, ["8.8.8.8", inside])
        answer = send(f"http://hooks.example.com:{receiver.port}/", FAR)

    assert answer.problem == "The host's name leads to an address that is not public."
    assert receiver.got == []


def test_the_address_checked_is_the_address_connected_to(monkeypatch):
    """A name that leads elsewhere when it is asked again has no second chance to."""
    dialed = []

    def dial(address, timeout):
        dialed.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    asked = leads_to(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    monkeypatch.setattr(socket, "create_connection", dial)
    answer = send("http://hooks.example.com/", FAR)

    assert (asked, dialed) == (["hooks.example.com"], ["8.8.8.8"])
    assert answer.problem == "The connection was refused."


def test_redirects_are_not_followed():
    with (
        receiving() as inner,
        receiving(lambda request: reply(request, 307, Location=inner.url)) as outer,
    ):
        answer = send(outer.url)

    assert (answer.status, inner.got) == (307, [])
    assert answer.problem == "The receiver answered 307; redirects are not followed."


def test_of_a_long_answer_the_beginning_is_read():
    with receiving(lambda request: reply(request, 500, b"x" * LONGEST_ANSWER * 8)) as receiver:
        answer = send(receiver.url)

    assert (answer.status, answer.start) == (500, "x" * 500)
    assert answer.problem == "The receiver answered 500."


def test_a_receiver_that_drips_is_left_when_the_time_is_over():
    with receiving(drip) as receiver:
        answer = send(receiver.url, WebhookSender(allow_private=True, timeout_seconds=0.4))

    assert answer.problem == "No whole answer came within 0.4 seconds."
    assert answer.milliseconds < 1500


def test_what_is_not_http_is_told_in_words():
    with receiving(lambda request: request.wfile.write(b"moon\r\n\r\n")) as receiver:
        answer = send(receiver.url)

    assert (answer.status, answer.problem) == (None, "The answer was not HTTP: BadStatusLine.")


def test_a_receiver_may_ask_for_a_pause():
    with receiving(lambda request: reply(request, 429, Retry_After="120")) as receiver:
        assert send(receiver.url).wished == timedelta(minutes=2)
    with receiving(lambda request: reply(request, 503, Retry_After="tomorrow")) as receiver:
        assert send(receiver.url).wished is None


def certificate(folder, name: str) -> tuple[str, str]:
    """A self-signed one for a name, and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names[:1]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_the_certificate_must_be_of_the_name_though_a_number_is_dialed(tmp_path, monkeypatch):
    cert, key = certificate(tmp_path, "hooks.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    trusting = WebhookSender(allow_private=True, timeout_seconds=2, ca_file=cert)

    with receiving(wrap=lambda plain: context.wrap_socket(plain, server_side=True)) as receiver:
        leads_to(monkeypatch, ["127.0.0.1"])
        right = send(f"https://hooks.example.com:{receiver.port}/", trusting)
        of_another = send(f"https://other.example.com:{receiver.port}/", trusting)
        unknown = send(f"https://hooks.example.com:{receiver.port}/", NEAR)

    assert (right.status, right.problem) == (204, "")
    assert of_another.problem.startswith("The certificate was not accepted: Hostname mismatch")
    assert unknown.problem == "The certificate was not accepted: self-signed certificate."
    assert len(receiver.got) == 1
