"""A real OpenID Connect provider as a process of its own, and a person's browser between it and us."""

import socket
import subprocess
import sys
import time
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from django.test import Client


class Issuer:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait()

    def wait(self) -> None:
        for _ in range(200):
            try:
                requests.get(f"{self.address}/.well-known/openid-configuration", timeout=1)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("The issuer did not start.")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)

    def knows(self, subject: str, **claims: object) -> None:
        answer = requests.put(f"{self.address}/users/{subject}", json=claims, timeout=5)
        answer.raise_for_status()

    def asked(self, client: Client, *, again: bool = False, follow: str = "") -> str:
        """Press the button of single sign-on; the address the browser is sent to."""
        query = {"process": "login"} | ({"again": "1"} if again else {})
        answer = client.post(
            f"/sign-in/with/company/?{urlencode(query)}", {"next": follow} if follow else {}
        )
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def agrees(self, address: str, subject: str) -> str:
        """The person signs in there; the address on our side that the browser is sent back to."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=5)
        place = urlsplit(answer.headers["Location"])
        return f"{place.path}?{place.query}"

    def sign_in(self, client: Client, subject: str, *, again: bool = False):
        return client.get(self.agrees(self.asked(client, again=again), subject))


def with_changes(address: str, **changed: str) -> str:
    """The address with some of its parameters replaced."""
    parts = urlsplit(address)
    query = urlencode(dict(parse_qsl(parts.query)) | changed)
    return urlunsplit(parts._replace(query=query))
