"""Keys that are written wrapped: by keys of the settings, and by a double that speaks AWS KMS's protocol over HTTP."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.adapters.vaults.aws_kms import CONTEXT, KmsKeyWrapper
from app.adapters.vaults.local_keys import LocalKeyWrapper
from app.kernel.ports.key_wrapping import KeysUnavailable
from app.refusals import BAD_SETTINGS, Refused, complete_environment
from app.wrapped_keys import unwrap_keys, wrap_key

pytestmark = pytest.mark.unit

SECRET = "a sealing key of the tests, long enough"
SEALING, FORMER = "MOVEHUB_AUTH__SEALING_KEY", "MOVEHUB_AUTH__PREVIOUS_SEALING_KEY"
PEPPER = "MOVEHUB_AUTH__PEPPER"
FIRST, SECOND = {"2027": "1" * 40}, {"2028": "2" * 40}


def by_local_keys(keys: dict[str, str], wrap_with: str = "", **more: str) -> dict[str, str]:
    return {"MOVEHUB_KEYS__LOCAL": json.dumps(keys), "MOVEHUB_KEYS__WRAP_WITH": wrap_with, **more}


class Kms(ThreadingHTTPServer):
    """Keeps what it encrypts, for a context each."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.kept: dict[str, tuple[str, dict[str, str]]] = {}
        self.disabled: set[str] = set()

    @property
    def environ(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.server_address[1]}"
        names = {"KMS_KEY_ID": "alias/movehub", "KMS_REGION": "eu-central-1", "KMS_ENDPOINT_URL": url}
        return {f"MOVEHUB_KEYS__{name}": value for name, value in names.items()}


class Answering(BaseHTTPRequestHandler):
    server: Kms

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert "/kms/aws4_request" in self.headers["authorization"]
        match self.headers["x-amz-target"]:
            case "TrentService.Encrypt":
                blob = base64.b64encode(f"{asked['KeyId']} {secrets.token_hex(8)}".encode()).decode()
                self.server.kept[blob] = (asked["Plaintext"], asked["EncryptionContext"])
                self._answer(200, {"CiphertextBlob": blob, "KeyId": asked["KeyId"]})
            case "TrentService.Decrypt":
                plain, context = self.server.kept.get(asked["CiphertextBlob"], ("", {}))
                key_id = base64.b64decode(asked["CiphertextBlob"]).decode(errors="replace").partition(" ")[0]
                if key_id in self.server.disabled:
                    self._answer(400, {"__type": "DisabledException"})
                elif not plain or context != asked.get("EncryptionContext"):
                    self._answer(400, {"__type": "InvalidCiphertextException"})
                else:
                    self._answer(200, {"Plaintext": plain, "KeyId": key_id})

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
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kms]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-the-test")
    running = Kms()
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


class TestLocalKeys:
    def test_a_changed_wrapping_key_takes_over_and_the_secret_stays(self):
        environ = by_local_keys(FIRST, "2027", **{SEALING: SECRET})
        environ[SEALING] = wrap_key(environ, SEALING)
        assert SECRET not in environ[SEALING]
        assert environ[SEALING].startswith("wrapped:local:2027.")

        both = by_local_keys(FIRST | SECOND, "2028", **{SEALING: environ[SEALING]})
        complete_environment(both)
        assert both[SEALING] == SECRET
        anew = wrap_key(both, SEALING)

        alone = by_local_keys(SECOND, **{SEALING: anew, FORMER: anew})
        complete_environment(alone)
        assert (alone[SEALING], alone[FORMER]) == (SECRET, SECRET)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda text: text.replace("2027.", "2029."), "not among the wrapping keys"),
            (lambda text: text.replace("2027.", "2028."), "not what the wrapping key has wrapped"),
            (lambda text: text[:-6] + "AAAA==", "not what the wrapping key has wrapped"),
            (lambda text: text[:30], "not what the wrapping key has wrapped"),
            (lambda text: text.replace("local", "nowhere"), "by none of local, kms"),
            (lambda _: "wrapped:", "by none of local, kms"),
        ],
        ids=["gone", "another's", "changed", "cut off", "by nobody", "nothing"],
    )
    def test_what_cannot_be_unwrapped_does_not_start(self, change: Callable[[str], str], told: str):
        known = by_local_keys(FIRST | SECOND, "2027", **{SEALING: SECRET})
        environ = known | {SEALING: change(wrap_key(known, SEALING))}
        with pytest.raises(Refused, match=told) as refused:
            complete_environment(environ)
        assert refused.value.code == BAD_SETTINGS
        assert str(refused.value).startswith(SEALING)
        assert SECRET not in str(refused.value)

    def test_a_short_key_and_one_that_is_not_there_wrap_nothing(self):
        with pytest.raises(KeysUnavailable, match="32 characters"):
            LocalKeyWrapper({"short": "1" * 31}, "short")
        with pytest.raises(KeysUnavailable, match="no wrapping key"):
            LocalKeyWrapper(FIRST, "2030").wrap(SECRET, "sealing")
        with pytest.raises(KeysUnavailable, match="JSON object"):
            unwrap_keys({"MOVEHUB_KEYS__LOCAL": "[]", SEALING: "wrapped:local:a.b"})
        with pytest.raises(KeysUnavailable, match="is not set"):
            wrap_key(by_local_keys(FIRST, "2027"), SEALING)

    def test_a_key_opens_nothing_in_the_place_of_another(self):
        wrapped = wrap_key(by_local_keys(FIRST, "2027", **{SEALING: SECRET}), SEALING)
        with pytest.raises(Refused, match=f"{PEPPER}: It is not what the wrapping key has wrapped"):
            complete_environment(by_local_keys(FIRST, "2027", **{PEPPER: wrapped}))

    def test_what_is_not_wrapped_stays_as_it_is(self):
        environ = {SEALING: SECRET, PEPPER: "wrapped up warm, but no wrapped key"}
        unwrap_keys(environ)
        assert environ == {SEALING: SECRET, PEPPER: "wrapped up warm, but no wrapped key"}


class TestKms:
    def test_it_wraps_and_unwraps_for_this_program_alone(self, kms: Kms):
        environ = {**kms.environ, SEALING: SECRET}
        environ[SEALING] = wrap_key(environ, SEALING)
        assert environ[SEALING].startswith("wrapped:kms:")
        [(_, context)] = kms.kept.values()
        assert context == CONTEXT | {"use": SEALING}

        complete_environment(environ)
        assert environ[SEALING] == SECRET

    def test_another_key_takes_over_while_the_former_still_answers(self, kms: Kms):
        wrapped = wrap_key({**kms.environ, SEALING: SECRET}, SEALING)
        moved = {**kms.environ, "MOVEHUB_KEYS__KMS_KEY_ID": "alias/next", SEALING: wrapped}
        complete_environment(moved)
        anew = wrap_key(moved, SEALING)
        kms.disabled.add("alias/movehub")
        with pytest.raises(Refused, match="AWS KMS refuses it \\(DisabledException\\)"):
            complete_environment({**kms.environ, SEALING: wrapped})
        later = {**kms.environ, SEALING: anew}
        complete_environment(later)
        assert later[SEALING] == SECRET

    def test_what_was_encrypted_for_something_else_is_refused(self, kms: Kms):
        wrapped = wrap_key({**kms.environ, SEALING: SECRET}, SEALING)
        [blob] = kms.kept
        kms.kept[blob] = (kms.kept[blob][0], {"application": "another"})
        with pytest.raises(Refused, match="InvalidCiphertextException"):
            complete_environment({**kms.environ, SEALING: wrapped})

    def test_a_key_opens_nothing_in_the_place_of_another(self, kms: Kms):
        wrapped = wrap_key({**kms.environ, SEALING: SECRET}, SEALING)
        with pytest.raises(Refused, match=f"{PEPPER}: .*InvalidCiphertextException"):
            complete_environment({**kms.environ, PEPPER: wrapped})
        moved = {**kms.environ, FORMER: wrapped}
        complete_environment(moved)
        assert moved[FORMER] == SECRET

    def test_what_is_no_text_does_not_start(self, kms: Kms):
        wrapped = wrap_key({**kms.environ, SEALING: SECRET}, SEALING)
        [blob] = kms.kept
        kms.kept[blob] = (base64.b64encode(b"\xff\xfe").decode(), kms.kept[blob][1])
        with pytest.raises(Refused, match="is no text"):
            complete_environment({**kms.environ, SEALING: wrapped})

    def test_nobody_home_and_no_text_of_kms_are_told(self):
        nowhere = KmsKeyWrapper("alias/movehub", region="eu-central-1", endpoint_url="http://127.0.0.1:1")
        with pytest.raises(KeysUnavailable, match="gives no answer"):
            nowhere.wrap(SECRET, "sealing")
        with pytest.raises(KeysUnavailable, match="no text of AWS KMS"):
            nowhere.unwrap("not base64!", "sealing")
