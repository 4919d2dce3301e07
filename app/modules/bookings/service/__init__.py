"""Use cases of bookings, one file each."""

from app.modules.bookings.service.arrival import plan_arrival
from app.modules.bookings.service.assign import assign_booking
from app.modules.bookings.service.board import list_jobs, show_availability, show_board
from app.modules.bookings.service.bulk import run_bulk
from app.modules.bookings.service.cancel import cancel_booking, report_no_show, settlement_of, show_cancellation
from app.modules.bookings.service.company_rules import rules_of, set_rules
from app.modules.bookings.service.confirm import confirm_booking
from app.modules.bookings.service.contacts import reseal_contacts, shown_contact
from app.modules.bookings.service.doors import renew_door_codes, show_door_codes, waive_door_codes
from app.modules.bookings.service.expire import expire_hold, list_dead_holds
from app.modules.bookings.service.hold import hold
from app.modules.bookings.service.policy import policy_of, set_policy
from app.modules.bookings.service.progress import advance_booking, complete_booking, start_booking
from app.modules.bookings.service.reading import (
    change_contact,
    list_bookings,
    list_history,
    organization_name,
    show_booking,
)
from app.modules.bookings.service.reschedule import foresee_reschedule, reschedule_booking
from app.modules.bookings.service.retention import forget_disputes, forget_expired_holds

__all__ = [
    "advance_booking",
    "assign_booking",
    "cancel_booking",
    "change_contact",
    "complete_booking",
    "confirm_booking",
    "expire_hold",
    "foresee_reschedule",
    "forget_disputes",
    "forget_expired_holds",
    "hold",
    "list_bookings",
    "list_dead_holds",
    "list_history",
    "list_jobs",
    "organization_name",
    "plan_arrival",
    "policy_of",
    "renew_door_codes",
    "report_no_show",
    "reschedule_booking",
    "reseal_contacts",
    "rules_of",
    "run_bulk",
    "set_policy",
    "set_rules",
    "settlement_of",
    "show_availability",
    "show_board",
    "show_booking",
    "show_cancellation",
    "show_door_codes",
    "shown_contact",
    "start_booking",
    "waive_door_codes",
]
