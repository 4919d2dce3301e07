"""What an operator may ask at the command line."""

from app.modules.ops.service.prices import describe, replay_prices

__all__ = ["describe", "replay_prices"]
