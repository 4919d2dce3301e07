"""Use cases of the market, one file each."""

from app.modules.market.service.asked import locate_search
from app.modules.market.service.dates import search_dates
from app.modules.market.service.quotes import explain_quote, make_quote, quote_to_book, show_quote
from app.modules.market.service.search import search

__all__ = ["explain_quote", "locate_search", "make_quote", "quote_to_book", "search", "search_dates", "show_quote"]
