"""What the trail is told of each command: a route that changes anything, and staff's reading, stand in one of the two.

A new route is added here, and to the walk in test_commands.py.
"""

from __future__ import annotations

from typing import Final

# By the operation's name in the document: the one entry that a success leaves.
TOLD: Final = {
    "bookings.add_feed": "bookings.feed_added",
    "bookings.assign_booking": "bookings.assigned",
    "bookings.cancel_booking": "bookings.cancelled",
    "bookings.change_contact": "bookings.contact_changed",
    "bookings.complete_booking": "bookings.completed",
    "bookings.confirm_booking": "bookings.confirmed",
    "bookings.hold_booking": "bookings.held_by_hand",
    "bookings.renew_door_codes": "bookings.door_codes_renewed",
    "bookings.report_arrive": "bookings.arrived",
    "bookings.report_depart": "bookings.in_transit",
    "bookings.report_load": "bookings.loading",
    "bookings.report_no_show": "bookings.no_show",
    "bookings.report_unload": "bookings.unloading",
    "bookings.reschedule_booking": "bookings.rescheduled",
    "bookings.revoke_feed": "bookings.feed_revoked",
    "bookings.set_policy": "bookings.policy_set",
    "bookings.set_rules": "bookings.rules_set",
    "bookings.start_booking": "bookings.en_route",
    "customers.change_address": "customers.address_changed",
    "files.announce_upload": "files.upload_announced",
    "files.complete_upload": "files.upload_completed",
    "bookings.waive_door_codes": "bookings.door_codes_waived",
    "fleet.add_driver": "fleet.driver_added",
    "fleet.add_truck": "fleet.truck_added",
    "fleet.cancel_driver_time_off": "fleet.time_off_cancelled",
    "fleet.cancel_truck_time_off": "fleet.time_off_cancelled",
    "fleet.change_driver": "fleet.driver_changed",
    "fleet.change_truck": "fleet.truck_changed",
    "fleet.retire_driver": "fleet.driver_retired",
    "fleet.retire_truck": "fleet.truck_retired",
    "fleet.take_driver_off": "fleet.time_off_taken",
    "fleet.take_truck_off": "fleet.time_off_taken",
    "identity.change_password": "identity.password_changed",
    "identity.confirm_second_factor": "identity.second_factor_confirmed",
    "identity.disable_second_factor": "identity.second_factor_disabled",
    "identity.end_session": "identity.session_ended",
    "identity.enrol_second_factor": "identity.second_factor_enrolled",
    "identity.issue_token": "identity.signed_in",
    "identity.log_in": "identity.signed_in",
    "identity.log_out": "identity.signed_out",
    "identity.log_out_everywhere": "identity.signed_out_everywhere",
    "identity.register": "identity.registered",
    "identity.reset_password": "identity.password_reset",
    "identity.set_sign_in_policy": "identity.sign_in_policy_set",
    "identity.sign_in_with_code": "identity.signed_in",
    "identity.step_up": "identity.stepped_up",
    "identity.verify_email": "identity.email_verified",
    "invoices.issue_invoice": "invoices.invoice_issued",
    "ops.approve_verification": "verification.case_approved",
    "ops.list_platform_audit_entries": "ops.audit_read",
    "ops.list_verifications": "ops.verification_read",
    "ops.reinstate_company": "verification.company_reinstated",
    "ops.reject_verification": "verification.case_rejected",
    "ops.suspend_company": "verification.company_suspended",
    "orgs.add_service_area": "orgs.service_area_added",
    "orgs.change_own_company": "orgs.company_changed",
    "orgs.remove_service_area": "orgs.service_area_removed",
    "pricing.activate_config": "pricing.config_activated",
    "pricing.write_config": "pricing.config_written",
    "privacy.erase_me": "privacy.erased",
    "privacy.export_me": "privacy.exported",
    "verification.add_insurance_policy": "verification.policy_added",
    "verification.submit_verification": "verification.case_submitted",
}

_NOTHING_DONE: Final = "computes and keeps nothing"
_OWN_DATA: Final = "a customer's own, which belongs to no company"
_SAME_FOR_ALL: Final = "whether anybody has the address is nobody's to see"

UNTOLD: Final = {
    "bookings.foresee_reschedule": _NOTHING_DONE,
    "customers.change_me": _OWN_DATA,
    "customers.end_session": _OWN_DATA,
    "customers.log_out": _OWN_DATA,
    "customers.request_code": _SAME_FOR_ALL,
    "customers.request_own_code": _OWN_DATA,
    "customers.verify_code": _OWN_DATA,
    "files.send_file": "the store's door, which knows the form and nobody; the announcement and the completion are told",
    "identity.ask_for_reset": _SAME_FOR_ALL,
    "identity.ask_for_verification": _SAME_FOR_ALL,
    "identity.refresh": "what was signed in stays so; a replay is told, and has a test of its own",
    "market.make_quote": _OWN_DATA,
    "market.search": _NOTHING_DONE,
    "pricing.estimate_move": _NOTHING_DONE,
    "pricing.simulate": _NOTHING_DONE,
}
