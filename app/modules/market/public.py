"""What other modules may ask of the market."""

from app.modules.market.errors import QuoteExpired, QuoteNotFound
from app.modules.market.rules import PlannedLeg, from_base
from app.modules.market.schemas import ArrivalWindow, ArrivalWindowOut, RequiresIn, arrival_window_out
from app.modules.market.service.history import reprice_quotes
from app.modules.market.service.personal import erase_customer, personal_data
from app.modules.market.service.quotes import BookableQuote, quote_to_book, take_quote

__all__ = [
    "ArrivalWindow",
    "ArrivalWindowOut",
    "BookableQuote",
    "PlannedLeg",
    "QuoteExpired",
    "QuoteNotFound",
    "RequiresIn",
    "arrival_window_out",
    "erase_customer",
    "from_base",
    "personal_data",
    "quote_to_book",
    "reprice_quotes",
    "take_quote",
]
