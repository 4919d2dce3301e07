from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, Forbidden, NotFound, TooManyRequests, Unprocessable


class BookingNotFound(NotFound):
    code: ClassVar[str] = "booking_not_found"
    title: ClassVar[str] = "There is no such booking."


class IllegalStep(Conflict):
    """`legal` lists the steps that are legal now."""

    code: ClassVar[str] = "illegal_step"
    title: ClassVar[str] = "This step is not legal in the booking's present state."


class BookingNotHeld(Conflict):
    code: ClassVar[str] = "booking_not_held"
    title: ClassVar[str] = "Only a held booking can be confirmed; this one is not held (any more)."


class ContactUnreadable(Conflict):
    code: ClassVar[str] = "contact_unreadable"
    title: ClassVar[str] = "The contact that was kept cannot be read: tell both phone and email anew."


class HoldExpired(Conflict):
    code: ClassVar[str] = "hold_expired"
    title: ClassVar[str] = "The hold has expired and its window is free again: book anew."


class QuoteAlreadyBooked(Conflict):
    code: ClassVar[str] = "quote_already_booked"
    title: ClassVar[str] = "There is a booking of this quote already."
    constraints: ClassVar[tuple[str, ...]] = ("uq_bookings_quote_id_live",)


class TooManyHolds(TooManyRequests):
    code: ClassVar[str] = "too_many_holds"
    title: ClassVar[str] = (
        "You hold as much as one may at once: confirm or cancel a hold, or wait for the first to end."
    )


class PhoneNotProven(Conflict):
    code: ClassVar[str] = "phone_not_proven"
    title: ClassVar[str] = (
        "So much of one company's time is kept for customers who have proved a phone number: add yours with a code."
    )


class CompanyNotBookable(Conflict):
    code: ClassVar[str] = "company_not_bookable"
    title: ClassVar[str] = "This company cannot be booked at present."


class OutsideTerms(Conflict):
    """`reason` names which: as a search's answer names it."""

    code: ClassVar[str] = "outside_terms"
    title: ClassVar[str] = "By its own terms the company does not take this job at this time."


class PapersEndBefore(Conflict):
    """`paper` names the kind that ends too early."""

    code: ClassVar[str] = "papers_end_before"
    title: ClassVar[str] = "The company's papers do not reach the day of the move."


class TruckTooSmall(Conflict):
    code: ClassVar[str] = "truck_too_small"
    title: ClassVar[str] = "These trucks together are too small for the job."


class PhotosAreTheCompanys(Forbidden):
    code: ClassVar[str] = "photos_are_the_companys"
    title: ClassVar[str] = "Only members of the company can show photos with a step."


class HasLegs(Conflict):
    code: ClassVar[str] = "has_legs"
    title: ClassVar[str] = "A move of several legs has a team for each: say which leg is meant."


class LegNotFound(Unprocessable):
    code: ClassVar[str] = "leg_not_found"
    title: ClassVar[str] = "This move has no leg of that number."


class NotEquipped(Conflict):
    """`missing` names the skills that nobody of the crew has, the features that a truck lacks, and the kinds of pieces
    of equipment of which the company has fewer than are asked for.
    """

    code: ClassVar[str] = "not_equipped"
    title: ClassVar[str] = "These trucks and people lack what the job asks for."


class CrewIncomplete(Conflict):
    code: ClassVar[str] = "crew_incomplete"
    title: ClassVar[str] = "Each truck needs a driver among the people named, and a job needs a truck."


class NotPriceable(Conflict):
    code: ClassVar[str] = "not_priceable"
    title: ClassVar[str] = "The company's price list has no price for this job: agree on one by hand."


class FeeHigher(Conflict):
    """`fee` is what the cancellation costs now."""

    code: ClassVar[str] = "fee_higher"
    title: ClassVar[str] = "The cancellation costs more now than you accepted: look at it again."


class PriceChanged(Conflict):
    """`total` is what it costs at that time."""

    code: ClassVar[str] = "price_changed"
    title: ClassVar[str] = "At that time the move has another price than you expect: look at it again."


class NoArrivalWindow(Conflict):
    code: ClassVar[str] = "no_arrival_window"
    title: ClassVar[str] = "There is nothing to plan: it has no window of arrival, or each of its days is kept whole."


class OutsideArrivalWindow(Unprocessable):
    """`from_at` and `until` are the window."""

    code: ClassVar[str] = "outside_arrival_window"
    title: ClassVar[str] = "The arrival lies outside of the window that the customer was promised."


class NotDueYet(Conflict):
    """`from_at` is when it can be reported."""

    code: ClassVar[str] = "not_due_yet"
    title: ClassVar[str] = "It is too early to say that somebody did not come."


class NotDisputable(Conflict):
    """`until` is when a dispute had to be told at the latest; null where there is nothing to dispute."""

    code: ClassVar[str] = "not_disputable"
    title: ClassVar[str] = "Only a no-show reported against the company can be disputed, and not for ever."


class AlreadyDisputed(Conflict):
    code: ClassVar[str] = "already_disputed"
    title: ClassVar[str] = "This no-show was disputed before: it is disputed once."
    constraints: ClassVar[tuple[str, ...]] = ("uq_no_show_disputes_org_id_booking_id",)


class DisputeNotFound(NotFound):
    code: ClassVar[str] = "dispute_not_found"
    title: ClassVar[str] = "There is no such dispute."


class DisputeDecided(Conflict):
    """`outcome` is what was decided."""

    code: ClassVar[str] = "dispute_decided"
    title: ClassVar[str] = "This dispute was decided already."


class DoorCodeRequired(Unprocessable):
    code: ClassVar[str] = "door_code_required"
    title: ClassVar[str] = "This company asks for the customer's code at the door."


class DoorCodeWrong(Unprocessable):
    """`attempts_left` says how many more are looked at."""

    code: ClassVar[str] = "door_code_wrong"
    title: ClassVar[str] = "This is not the customer's code for this door."


class DoorCodeLocked(Conflict):
    code: ClassVar[str] = "door_code_locked"
    title: ClassVar[str] = "Too many wrong codes: the customer can make new ones, or an owner go without."


class ContactErased(Conflict):
    code: ClassVar[str] = "contact_erased"
    title: ClassVar[str] = "Whoever this booking was for has had their data erased: it stays as it is."


class DoorCodesNotAsked(Conflict):
    code: ClassVar[str] = "door_codes_not_asked"
    title: ClassVar[str] = "No codes are asked for this booking, or not yet."


class DoorCodesAreTheCustomers(Forbidden):
    code: ClassVar[str] = "door_codes_are_the_customers"
    title: ClassVar[str] = "Only the customer of this booking can make new codes."


class FeedNotFound(NotFound):
    code: ClassVar[str] = "feed_not_found"
    title: ClassVar[str] = "There is no such feed, or its link was revoked."


class TooManyFeeds(Conflict):
    code: ClassVar[str] = "too_many_feeds"
    title: ClassVar[str] = "There are fifty feeds already: revoke one that nobody reads."


class WrongWayToBook(Forbidden):
    code: ClassVar[str] = "wrong_way_to_book"
    title: ClassVar[str] = "Customers book a quote (quote_id); a company books by hand (window, trucks, people)."


class WrongParty(Forbidden):
    code: ClassVar[str] = "wrong_party"
    title: ClassVar[str] = "A customer cannot cancel in the company's name."


class CurrencyMismatch(Unprocessable):
    code: ClassVar[str] = "currency_mismatch"
    title: ClassVar[str] = "All money of one booking is of one currency."
