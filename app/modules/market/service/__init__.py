"""Use cases of the market, one file each."""

from app.modules.market.service.quotes import explain_quote, make_quote, quote_to_book, show_quote
from app.modules.market.service.search import locate_search, search

__all__ = ["explain_quote", "locate_search", "make_quote", "quote_to_book", "search", "show_quote"]
