from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, NotFound, Unprocessable


class QuoteNotFound(NotFound):
    code: ClassVar[str] = "quote_not_found"
    title: ClassVar[str] = "There is no such quote."


class QuoteExpired(Conflict):
    code: ClassVar[str] = "quote_expired"
    title: ClassVar[str] = "This quote has expired: search again for today's price."


class OfferRefused(Unprocessable):
    code: ClassVar[str] = "offer_refused"
    title: ClassVar[str] = "This offer_id is not one of ours: search again, and send the offer_id as it was found."


class OfferExpired(Conflict):
    code: ClassVar[str] = "offer_expired"
    title: ClassVar[str] = "This offer has expired: search again."


class OfferWithdrawn(Conflict):
    code: ClassVar[str] = "offer_withdrawn"
    title: ClassVar[str] = "The company cannot be booked at present: search again."


class SearchCursorRefused(Unprocessable):
    code: ClassVar[str] = "search_cursor_refused"
    title: ClassVar[str] = "This cursor belongs to another search, or is not one of ours."


class NothingToPack(Unprocessable):
    code: ClassVar[str] = "nothing_to_pack"
    title: ClassVar[str] = "Packing is asked for, and there are no cartons."
