"""What an operator is told when a command cannot go on, and the settings read so that each fault is one sentence."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Final

from pydantic import SecretStr, ValidationError
from pydantic_settings import SettingsError

from app.adapters.vaults.aws_secrets_manager import SecretsUnavailable, fetch_secret
from app.kernel.ports.key_wrapping import KeysUnavailable
from app.runtime.settings import AuthSettings, Settings
from app.wrapped_keys import unwrap_keys

SECRETS: Final = "MOVEHUB_SECRETS__"
UNPREFIXED: Final = frozenset({"DEBUG", "ENVIRONMENT", "PORT", "REDIS_URL"})
CANNOT: Final = 1
BAD_SETTINGS: Final = 2


class Refused(Exception):
    """The command ends here: one sentence for the operator, and the exit code."""

    def __init__(self, sentence: str, code: int = CANNOT) -> None:
        super().__init__(sentence)
        self.code = code


def complete_environment(environ: MutableMapping[str, str]) -> None:
    """Add what the secret named by MOVEHUB_SECRETS__ID holds, and unwrap the keys that are written wrapped; a variable
    that is set and not empty stays as it is.

    Raises: Refused.
    """
    _add_secret(environ)
    try:
        unwrap_keys(environ)
    except KeysUnavailable as error:
        raise Refused(str(error), BAD_SETTINGS) from None


def _add_secret(environ: MutableMapping[str, str]) -> None:
    secret_id = environ.get(f"{SECRETS}ID")
    if not secret_id:
        return
    region, endpoint_url = (environ.get(f"{SECRETS}{name}") or None for name in ("REGION", "ENDPOINT_URL"))
    try:
        values = fetch_secret(secret_id, region=region, endpoint_url=endpoint_url)
    except SecretsUnavailable as error:
        raise Refused(f"{SECRETS}ID: {error}", BAD_SETTINGS) from None
    strange = sorted(name for name in values if name not in UNPREFIXED and not name.startswith("MOVEHUB_"))
    if strange:
        raise Refused(f"{SECRETS}ID: the secret has names that are no settings: {', '.join(strange)}.", BAD_SETTINGS)
    for name, value in values.items():
        environ[name] = environ.get(name) or value


def read_settings() -> Settings:
    """Raises: Refused, with a sentence a field; no value is repeated."""
    try:
        return Settings()
    except ValidationError as error:
        raise Refused("\n".join(_complaints(error)), BAD_SETTINGS) from None
    except SettingsError as error:
        raise Refused(f"A setting cannot be read: {error}. Lists are written as JSON.", BAD_SETTINGS) from None


def _complaints(error: ValidationError) -> list[str]:
    sentences = []
    for fault in error.errors(include_url=False, include_input=False):
        path = [str(part) for part in fault["loc"]]
        if fault["type"] == "missing" and path == ["auth"]:
            required = [name for name, field in AuthSettings.model_fields.items() if field.is_required()]
            sentences += [f"{_variable(['auth', name])} is not set." for name in required]
        elif fault["type"] == "missing":
            sentences.append(f"{_variable(path)} is not set.")
        else:
            subject = _variable(path) if path else "The settings"
            sentences.append(f"{subject}: {sentence(fault['msg'])}")
    return sentences


def sentence(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".") + "."


def _variable(path: Sequence[str]) -> str:
    if path[0].lower() in {name.lower() for name in UNPREFIXED}:
        return path[0].upper()
    return "MOVEHUB_" + "__".join(path).upper()


def required_url(url: SecretStr | None, name: str) -> SecretStr:
    if url is None:
        raise Refused(f"MOVEHUB_DB__{name} is not set: `movehub prepare-database` prints it.", BAD_SETTINGS)
    return url
