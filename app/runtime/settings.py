"""Settings: read once in main, worker or cli, frozen, and passed down. Nothing else reads the environment.

`MOVEHUB_<GROUP>__<FIELD>`; the usual names stay as they are: ENVIRONMENT, PORT, DATABASE_URL, REDIS_URL.
A secret has no default, and the program refuses to start in production with an example value.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 32
EXAMPLE_MARK = "example"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Key = Annotated[SecretStr, Field(min_length=SHORTEST_KEY)]


class DatabaseSettings(Group):
    """The three logins of decision 0002. The API is given `app_url` alone, the worker `worker_url` alone."""

    app_url: SecretStr | None = None
    worker_url: SecretStr | None = None
    migrate_url: SecretStr | None = None
    # Few, and no overflow: a connection that is made for a crowd and closed behind it costs more than the crowd
    # waits (64 racers: 7 ms of CPU each against 3.6), and each keeps its prepared statements.
    pool_size: int = Field(default=10, ge=1, le=200)
    pool_overflow: int = Field(default=0, ge=0, le=200)
    pool_timeout_seconds: float = 1.0
    # Of the API's connections, for holding, confirming and changing bookings alone; what else is asked waits in line,
    # and is refused when the line stands still for so long.
    share_of_bookings: float = Field(default=0.3, ge=0, le=0.9)
    still_seconds: float = Field(default=0.08, gt=0)
    connect_timeout_seconds: float = 2.0
    command_timeout_seconds: float = 5.0


class RedisSettings(Group):
    socket_timeout_seconds: float = 0.05
    most_connections: int = Field(default=32, ge=1, le=1_000)
    wait_seconds: float = 0.25
    breaker_failures: int = 5
    breaker_open_seconds: float = 1.0


class AuthSettings(Group):
    """Keys as text of at least 32 characters. The previous ones are accepted, never used to sign or seal: rotation."""

    token_key: Key
    previous_token_key: Key | None = None
    pepper: Key
    sealing_key: Key
    previous_sealing_key: Key | None = None
    issuer: str = "movehub"
    audience: str = "movehub-api"
    access_minutes: int = Field(default=15, ge=1, le=15)
    refresh_days: int = Field(default=14, ge=1, le=30, description="a session that is not used ends after these")
    session_days: int = Field(default=30, ge=1, le=30, description="a session that is used ends after these")
    refresh_grace_seconds: int = Field(default=10, ge=0, le=30)
    customer_session_days: int = Field(default=30, ge=1, le=30)
    otp_minutes: int = Field(default=5, ge=1, le=10)
    otp_attempts: int = Field(default=5, ge=1, le=5)
    # Endings of addresses whose staff accounts may do without a second factor: the demo's. Refused in production.
    second_factor_exempt: tuple[str, ...] = ()
    argon2_memory_kib: int = Field(default=47_104, ge=8)
    argon2_passes: int = Field(default=1, ge=1)
    argon2_lanes: int = Field(default=1, ge=1)


class LimitSettings(Group):
    """Requests a minute, and the special ones. Races, bench and demo raise `factor`; the tests of limits do not."""

    factor: int = Field(default=1, ge=1, le=1_000_000)
    anonymous_per_minute: int = 60
    caller_per_minute: int = 600
    api_keys_per_minute: int = Field(default=3_000, ge=1, description="of all keys of one company together")
    search_per_minute: int = 30
    sightings_per_truck_minute: int = Field(default=60, ge=1)
    sign_in_per_quarter_hour: int = 5
    # From places where the account has not signed in before; elsewhere its owner would be locked out by others.
    sign_in_per_account_hour: int = 20
    sign_in_per_address_hour: int = 100
    register_per_address_hour: int = 20
    otp_per_recipient_hour: int = 5
    otp_per_recipient_day: int = Field(default=10, ge=1)
    otp_per_address_hour: int = 20
    otp_verify_per_address_minute: int = 60
    otp_resend_seconds: int = 60
    # What a link that changes a booking is used for, all its holders together.
    link_per_booking_hour: int = Field(default=30, ge=1)
    # Of customers, who come from their homes: what a company holds by hand is not counted.
    holds_per_address_hour: int = Field(default=10, ge=1)
    # Text messages a day (UTC) to all numbers of one country code, in North America of one area code.
    otp_per_prefix_day: int = Field(default=1_000, ge=1)
    # Text messages with codes a day (UTC) to all numbers together: what a day may cost at the most.
    otp_texts_per_day: int = Field(default=10_000, ge=1)


class HttpSettings(Group):
    host: str = "127.0.0.1"
    largest_body_bytes: int = 256 * 1024
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    public_url: str = "http://127.0.0.1:8000"
    # The names that requests may be for; empty: any. A health check may ask by number.
    hosts: tuple[str, ...] = ()
    # Metrics and documentation for operators; in production they are nowhere else. None: off.
    internal_host: str = "127.0.0.1"
    internal_port: int | None = Field(default=None, ge=0, le=65_535)
    # Of one listener at once; one more is closed unheard.
    most_connections: int = Field(default=2_000, ge=1)
    request_deadline_seconds: float = 15.0
    lame_duck_seconds: float = 5.0
    graceful_stop_seconds: int = 20

    @model_validator(mode="after")
    def refuse_wildcards(self) -> Self:
        if "*" in self.cors_origins or "*" in self.trusted_proxies:
            raise ValueError("'*' is refused: name the origins and the proxies")
        if any(proxy.endswith("/0") for proxy in self.trusted_proxies):
            raise ValueError("a network of all addresses is refused: name the proxies")
        return self


class Store(StrEnum):
    FILESYSTEM = "filesystem"
    S3 = "s3"


class StorageSettings(Group):
    """`root` is the folder of the one machine; the rest is S3's, whose credentials boto3 finds by itself."""

    store: Store = Store.FILESYSTEM
    root: Path = Path("var/local/objects")
    bucket: str = "movehub"
    region: str = "us-east-1"
    endpoint_url: str | None = Field(default=None, description="of a store that is not AWS; none: AWS's own")
    encryption: str | None = Field(default=None, description="AES256 or aws:kms, asked of the store for each object")
    connect_seconds: float = Field(default=2.0, gt=0)
    read_seconds: float = Field(default=10.0, gt=0)


class UploadSettings(Group):
    """Sizes in bytes. A form that is not used ends; what nobody attaches to anything is forgotten after a day."""

    largest_document_bytes: int = Field(default=20_000_000, ge=1)
    largest_photo_bytes: int = Field(default=15_000_000, ge=1)
    form_seconds: int = Field(default=300, ge=30, le=300)
    link_seconds: int = Field(default=60, ge=5, le=60)
    most_unfinished: int = Field(default=50, ge=1, description="of a company at once")
    most_bytes: int = Field(default=5 * 1024**3, ge=1, description="of a company, all in all")
    orphan_hours: int = Field(default=24, ge=1)
    inspection_seconds: float = Field(default=20.0, gt=0)
    scanner: str | None = Field(default=None, description="ClamAV: tcp://host:port or unix:/path; none: no scanner")
    scanner_seconds: float = Field(default=30.0, gt=0)

    @property
    def largest_bytes(self) -> int:
        return max(self.largest_document_bytes, self.largest_photo_bytes)


class MailSettings(Group):
    """`mailbox`: the file that stands in for mail and SMS on one machine; development and test read it back."""

    mailbox: Path = Path("var/local/mailbox.jsonl")


class QueueSettings(Group):
    stream: str = "movehub:events"
    poll_seconds: float = 0.2
    visibility_seconds: int = 30
    most_receives: int = 5


class TelemetrySettings(Group):
    log_level: str = "INFO"
    traces: bool = False
    otlp_endpoint: str | None = None


class MarketSettings(Group):
    estimate_hours: int = 24
    offer_minutes: int = 30
    quote_hours: int = 24
    hold_minutes: int = Field(default=15, ge=2, le=30)
    unproven_share_percent: int = Field(
        default=20,
        ge=1,
        le=100,
        description="of a company's truck-hours, to who proved no phone; 100: all",
    )
    unproven_together_percent: int = Field(default=40, ge=1, le=100, description="as before, to all of them together")
    most_holds: int = Field(default=3, ge=1, description="of one customer at once, at all companies together")


class PrivacySettings(Group):
    """`invoice_years`: how long a company has to keep who an invoice was written to, counted from the end of its year.

    Terms differ: in the United States three to seven years by tax and state (IRS Publication 583: seven for losses),
    in Germany eight (UStG § 14b), in France ten (Code de commerce, L123-22). The longest that binds is the one to set.
    """

    invoice_years: int = Field(default=7, ge=1, le=30)


class SecretSettings(Group):
    """A secret of AWS Secrets Manager that completes the environment before it is read (app/refusals.py)."""

    id: str | None = None
    region: str | None = None
    endpoint_url: str | None = None


class KeySettings(Group):
    """What keys that are written `wrapped:…` are unwrapped by, before anything else is read (app/wrapped_keys.py).

    `local`: wrapping keys by name, of 32 characters or more; `wrap_with` names the one that `movehub wrap-key` uses.
    `kms_key_id`: AWS KMS wraps instead; what it has wrapped names its key itself.
    """

    local: dict[str, SecretStr] = Field(default_factory=dict)
    wrap_with: str | None = None
    kms_key_id: str | None = None
    kms_region: str | None = None
    kms_endpoint_url: str | None = None


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="MOVEHUB_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        nested_model_default_partial_update=True,
    )

    debug: bool = Field(
        default=False,
        validation_alias=AliasChoices("DEBUG", "MOVEHUB_DEBUG", "debug"),
        description="the event loop's own checks, which cost time and tell of insides",
    )
    environment: Environment = Field(
        default=Environment.PRODUCTION, validation_alias=AliasChoices("ENVIRONMENT", "environment")
    )
    port: int = Field(default=8000, ge=0, le=65_535, validation_alias=AliasChoices("PORT", "port"))
    redis_url: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:6379/0"), validation_alias=AliasChoices("REDIS_URL", "redis_url")
    )
    db: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    secrets: SecretSettings = SecretSettings()
    keys: KeySettings = KeySettings()
    auth: AuthSettings
    limits: LimitSettings = LimitSettings()
    http: HttpSettings = HttpSettings()
    storage: StorageSettings = StorageSettings()
    uploads: UploadSettings = UploadSettings()
    mail: MailSettings = MailSettings()
    queue: QueueSettings = QueueSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    market: MarketSettings = MarketSettings()
    privacy: PrivacySettings = PrivacySettings()

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @model_validator(mode="after")
    def refuse_what_production_may_not_be(self) -> Self:
        if not self.is_production:
            return self
        auth = self.auth
        keys = (auth.token_key, auth.previous_token_key, auth.pepper, auth.sealing_key, auth.previous_sealing_key)
        given = [key.get_secret_value() for key in keys if key is not None]
        if any(EXAMPLE_MARK in secret.lower() for secret in given):
            raise ValueError("production needs its own secrets: an example value is refused")
        if auth.second_factor_exempt:
            raise ValueError("production exempts nobody from the second factor")
        if len(set(given)) != len(given):
            raise ValueError("token keys, pepper and sealing keys are different secrets")
        self._refuse_open_doors()
        return self

    def _refuse_open_doors(self) -> None:
        if self.debug or self.telemetry.log_level.upper() == "DEBUG":
            raise ValueError("production runs without DEBUG: it tells of insides")
        if self.limits.factor != 1:
            raise ValueError("MOVEHUB_LIMITS__FACTOR is 1 in production: it lifts the limits of every door")
        if not self.http.hosts:
            raise ValueError("MOVEHUB_HTTP__HOSTS names the hosts that requests may be for: production asks for them")
        if not self.http.public_url.startswith("https://"):
            raise ValueError(
                "MOVEHUB_HTTP__PUBLIC_URL begins with https:// in production: cookies go over nothing else"
            )
        if not all(origin.startswith("https://") for origin in self.http.cors_origins):
            raise ValueError(
                "MOVEHUB_HTTP__CORS_ORIGINS begin with https:// in production: cookies go over nothing else"
            )
