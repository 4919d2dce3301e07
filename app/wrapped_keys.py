"""Keys of the settings that are written wrapped: `wrapped:local:…` and `wrapped:kms:…`, unwrapped once at start."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Final

from app.adapters.vaults.aws_kms import KmsKeyWrapper
from app.adapters.vaults.local_keys import LocalKeyWrapper
from app.kernel.ports.key_wrapping import KeysUnavailable, KeyWrapper

MARK: Final = "wrapped"
KEYS: Final = "MOVEHUB_KEYS__"
WRAPPABLE: Final = (
    "MOVEHUB_AUTH__TOKEN_KEY",
    "MOVEHUB_AUTH__PREVIOUS_TOKEN_KEY",
    "MOVEHUB_AUTH__PEPPER",
    "MOVEHUB_AUTH__SEALING_KEY",
    "MOVEHUB_AUTH__PREVIOUS_SEALING_KEY",
)


def unwrap_keys(environ: MutableMapping[str, str]) -> None:
    """Put every wrapped key of the environment in its place as it is. Raises: KeysUnavailable, naming the variable."""
    for name in WRAPPABLE:
        mark, _, rest = environ.get(name, "").partition(":")
        if mark != MARK:
            continue
        kind, _, wrapped = rest.partition(":")
        try:
            environ[name] = _wrapper(kind, environ).unwrap(wrapped, _use_of(name))
        except KeysUnavailable as refusal:
            raise KeysUnavailable(f"{name}: {refusal}") from None


def wrap_key(environ: Mapping[str, str], name: str) -> str:
    """The text to write for this variable, whose key stands unwrapped in the environment. Raises: KeysUnavailable."""
    secret = environ.get(name, "")
    if not secret:
        raise KeysUnavailable(f"{name} is not set.")
    kind = "kms" if environ.get(f"{KEYS}KMS_KEY_ID") else "local"
    return f"{MARK}:{kind}:{_wrapper(kind, environ).wrap(secret, _use_of(name))}"


def _use_of(name: str) -> str:
    """What the variable's key is for; the former one was for the same, and keeps its text when it moves."""
    return name.replace("PREVIOUS_", "")


def _wrapper(kind: str, environ: Mapping[str, str]) -> KeyWrapper:
    make = MAKERS.get(kind)
    if make is None:
        raise KeysUnavailable(f"It is wrapped by none of {', '.join(MAKERS)}.")
    return make(environ)


def _local(environ: Mapping[str, str]) -> KeyWrapper:
    try:
        keys = json.loads(environ.get(f"{KEYS}LOCAL") or "{}")
    except ValueError:
        keys = None
    if not isinstance(keys, dict) or not all(isinstance(secret, str) for secret in keys.values()):
        raise KeysUnavailable(f"{KEYS}LOCAL is no JSON object of texts.")
    return LocalKeyWrapper(keys, environ.get(f"{KEYS}WRAP_WITH") or "")


def _kms(environ: Mapping[str, str]) -> KeyWrapper:
    region, endpoint_url = (environ.get(f"{KEYS}KMS_{name}") or None for name in ("REGION", "ENDPOINT_URL"))
    return KmsKeyWrapper(environ.get(f"{KEYS}KMS_KEY_ID") or "", region=region, endpoint_url=endpoint_url)


MAKERS: Final[Mapping[str, Callable[[Mapping[str, str]], KeyWrapper]]] = {"local": _local, "kms": _kms}
