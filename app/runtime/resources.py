"""What create_app builds once and every request finds in `request.app.state.resources`."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from app.kernel.clock import Clock
from app.kernel.ports import Ports
from app.kernel.signing import Signer
from app.runtime.auth.key_use import KeyUses
from app.runtime.auth.passwords import Passwords
from app.runtime.auth.tokens import Tokens
from app.runtime.db.session import Database
from app.runtime.rate_limit.limiter import RateLimiter
from app.runtime.sealing import Sealer, Seals
from app.runtime.settings import Settings
from app.runtime.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    clock: Clock
    database: Database
    limiter: RateLimiter
    tokens: Tokens
    passwords: Passwords
    signer: Signer
    pepper: Signer
    sealer: Sealer
    ports: Ports
    metrics: Metrics
    key_uses: KeyUses = field(default_factory=KeyUses)

    @property
    def seals(self) -> Seals:
        return Seals(self.sealer, self.pepper)

    async def close(self) -> None:
        """Let go of threads and connections; the database's engine belongs to whoever made it."""
        self.passwords.close()
        await self.limiter.close()
        await self.ports.queue.close()


def resources_of(connection: HTTPConnection) -> Resources:
    found: Resources = connection.app.state.resources
    return found
