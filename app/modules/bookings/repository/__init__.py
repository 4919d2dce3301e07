"""SQL of bookings, one file a subject."""

from app.modules.bookings.repository.board import list_jobs_of, list_on_board, list_starting, list_tours
from app.modules.bookings.repository.bookings import (
    clear_notes,
    expire_hold_of_quote,
    find_org_of_own_booking,
    get_booking,
    get_booking_of,
    insert_booking,
    insert_door_codes,
    insert_step,
    list_dead_holds,
    list_door_codes,
    list_open_of_customer,
    list_rows_of_customer,
    list_steps,
    lock_booking,
    overwrite_booking,
)
from app.modules.bookings.repository.company_rules import (
    get_policy,
    get_rules,
    insert_policy,
    insert_rules,
    lock_policy,
    lock_rules,
    what_company_asks,
)
from app.modules.bookings.repository.desk import list_open_after, list_sought
from app.modules.bookings.repository.feeds import get_feed, list_feeds, list_for_feed, revoke_feed
from app.modules.bookings.repository.listing import list_bookings, list_query
from app.modules.bookings.repository.prices import list_final_prices, list_latest_priced, list_priced

__all__ = [
    "clear_notes",
    "expire_hold_of_quote",
    "find_org_of_own_booking",
    "get_booking",
    "get_booking_of",
    "get_feed",
    "get_policy",
    "get_rules",
    "insert_booking",
    "insert_door_codes",
    "insert_policy",
    "insert_rules",
    "insert_step",
    "list_bookings",
    "list_dead_holds",
    "list_door_codes",
    "list_feeds",
    "list_final_prices",
    "list_for_feed",
    "list_jobs_of",
    "list_latest_priced",
    "list_on_board",
    "list_open_after",
    "list_open_of_customer",
    "list_priced",
    "list_query",
    "list_rows_of_customer",
    "list_sought",
    "list_starting",
    "list_steps",
    "list_tours",
    "lock_booking",
    "lock_policy",
    "lock_rules",
    "overwrite_booking",
    "revoke_feed",
    "what_company_asks",
]
