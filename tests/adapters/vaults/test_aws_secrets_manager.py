"""Against a double that speaks the service's protocol over HTTP, for boto3's own client."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.adapters.vaults.aws_secrets_manager import SecretsUnavailable, fetch_secret
from app.refusals import BAD_SETTINGS, Refused, complete_environment

pytestmark = pytest.mark.unit

KEYS = {
    "MOVEHUB_AUTH__TOKEN_KEY": "t" * 40,
    "MOVEHUB_AUTH__PEPPER": "p" * 40,
    "REDIS_URL": "redis://vault/0",
}


class Service(ThreadingHTTPServer):
    """Holds secrets, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.secrets: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, bool]] = []
        self.failures = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        is_signed = "/secretsmanager/aws4_request" in self.headers.get("authorization", "")
        self.server.asked.append((self.headers["x-amz-target"], is_signed))
        if self.server.failures:
            self.server.failures -= 1
            self._answer(500, {"__type": "InternalServiceError"})
        elif (secret := self.server.secrets.get(body["SecretId"])) is None:
            self._answer(400, {"__type": "ResourceNotFoundException", "message": "Secrets Manager can't find it."})
        else:
            self._answer(200, {"Name": body["SecretId"], **secret})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/x-amz-json-1.1")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-the-test")
    running = Service()
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def fetch(service: Service, name: str = "movehub") -> dict[str, str]:
    return fetch_secret(name, region="eu-central-1", endpoint_url=service.url)


def environ_of(service: Service, **more: str) -> dict[str, str]:
    return {
        "MOVEHUB_SECRETS__ID": "movehub",
        "MOVEHUB_SECRETS__REGION": "eu-central-1",
        "MOVEHUB_SECRETS__ENDPOINT_URL": service.url,
        **more,
    }


def test_a_secret_is_its_names_and_values_asked_for_with_a_signature(service: Service) -> None:
    service.secrets["movehub"] = {"SecretString": json.dumps(KEYS)}
    assert fetch(service) == KEYS
    assert service.asked == [("secretsmanager.GetSecretValue", True)]


def test_a_fault_that_passes_is_tried_again(service: Service) -> None:
    service.secrets["movehub"] = {"SecretString": json.dumps(KEYS)}
    service.failures = 1
    assert fetch(service) == KEYS
    assert len(service.asked) == 2


@pytest.mark.parametrize("text", ["", "not json, but secret", "[]", '"a"', '{"A": 1}', '{"A": {"B": "secret"}}'])
def test_what_is_no_object_of_texts_is_refused_and_not_repeated(service: Service, text: str) -> None:
    service.secrets["movehub"] = {"SecretString": text}
    with pytest.raises(SecretsUnavailable, match="no JSON object of texts") as refused:
        fetch(service)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "but secret" not in str(refused.value)


def test_a_binary_secret_is_refused(service: Service) -> None:
    service.secrets["movehub"] = {"SecretBinary": "AAAA"}
    with pytest.raises(SecretsUnavailable, match="no JSON object"):
        fetch(service)


def test_what_is_not_there_is_told_by_its_code(service: Service) -> None:
    with pytest.raises(SecretsUnavailable, match="ResourceNotFoundException"):
        fetch(service)


def test_nobody_home_is_told() -> None:
    with pytest.raises(SecretsUnavailable, match="gives no answer"):
        fetch_secret("movehub", region="eu-central-1", endpoint_url="http://127.0.0.1:1")


def test_the_environment_is_completed_and_what_it_says_itself_stands(service: Service) -> None:
    service.secrets["movehub"] = {"SecretString": json.dumps(KEYS)}
    environ = environ_of(service, REDIS_URL="redis://here/0", MOVEHUB_AUTH__PEPPER="")
    complete_environment(environ)
    assert environ["MOVEHUB_AUTH__TOKEN_KEY"] == "t" * 40
    assert environ["MOVEHUB_AUTH__PEPPER"] == "p" * 40, "an empty variable says nothing"
    assert environ["REDIS_URL"] == "redis://here/0"


def test_a_name_that_is_no_setting_is_refused(service: Service) -> None:
    service.secrets["movehub"] = {"SecretString": json.dumps({"LD_PRELOAD": "/evil.so"})}
    with pytest.raises(Refused, match="LD_PRELOAD"):
        complete_environment(environ_of(service))


def test_without_its_secret_the_program_does_not_start(service: Service) -> None:
    with pytest.raises(Refused, match="ResourceNotFoundException") as refused:
        complete_environment(environ_of(service))
    assert refused.value.code == BAD_SETTINGS


def test_without_a_name_nobody_is_asked(service: Service) -> None:
    environ = environ_of(service) | {"MOVEHUB_SECRETS__ID": ""}
    complete_environment(environ)
    assert not service.asked
