"""Whose every column is. A column that no line names is a failure: decide, and write it down here.

`erased`: the customer's; exported, and gone after an erasure. `sealed`: as erased; the database cannot read it, the
export names it without `sealed_`. `kept`: the customer's; exported, and stays, without
anything that says who it was. `lawful`: as sealed, and stays until the law's term is over (decision 53). `secret`: the customer's;
shown to nobody, worth nothing after an erasure. `passing`: may hold what is a customer's, for a day at most.
`people`: of a company's or the platform's own people. `none`: nobody's.
"""

from __future__ import annotations

from typing import Final

SUBJECT: Final = frozenset({"erased", "kept"})

CLASSES: Final[dict[str, dict[str, str]]] = {
    "alembic_version": {"none": "version_num"},
    "api_keys": {
        "people": "created_by",
        "none": "name scopes secret_hash created_at expires_at last_used_at rotated_at previous_hash previous_ends_at"
        " previous_used_at revoked_at org_id id",
    },
    # Ids and names of fields; the network is cut to /24 or /48.
    "audit_entries": {
        "people": "actor_id actor_role network",
        "none": "org_id seq at action actor_kind resource resource_id changes request_id content_hash previous_hash"
        " hash",
    },
    "booking_rules": {"none": "door_codes turnaround_minutes org_id id version created_at updated_at"},
    "booking_steps": {
        "erased": "note latitude longitude",
        "kept": "photo_ids at from_status to_status actor_kind actor_id",
        "none": "org_id id booking_id",
    },
    "bookings": {
        "erased": "origin destination contact_name cancellation_reason",
        "sealed": "sealed_contact",
        "secret": "phone_index email_index",
        "kept": "id org_id reference status customer_id quote_id starts_at planned_arrival_at time_told_at arrives_until ends_at pickup_zone crew_size truck_ids"
        " driver_ids equipment_ids legs volume_cuft weight_lb skills truck_features distance_miles job pricing_config_id price total currency hold_expires_at"
        " confirmed_at started_at completed_at cancelled_at cancellation_terms ended_by cancellation_fee"
        " cancellation_refund covers_replacement discounts_used asks_door_codes link_issue reschedule_issue actuals final_price version created_at updated_at",
    },
    "branches": {"none": "name phone address closed_at org_id id version created_at updated_at"},
    "calendar_rules": {"none": "turnaround_minutes org_id id"},
    "calendar_feeds": {"people": "created_by", "none": "name resource_id created_at revoked_at org_id id"},
    "day_limits": {"none": "org_id id zone jobs van_jobs box_jobs large_jobs branches version created_at updated_at"},
    "cancellation_policies": {"none": "kind steps org_id id version created_at updated_at"},
    "case_notes": {"people": "written_by text", "none": "case_id written_at org_id id"},
    "company_days_off": {"none": "day name created_at org_id id"},
    "company_documents": {
        "people": "number sealed_number number_index reviewed_by",
        "none": "org_id id kind truck_id issuer effective_on expires_on upload_id created_at withdrawn_at review reviewed_at"
        " refusal trusted_until counts_until",
    },
    "company_packs": {"none": "org_id id pack declared_at"},
    "company_suspensions": {
        "people": "suspended_by lifted_by",
        "none": "cause reason suspended_at lifted_at org_id id",
    },
    "customer_sessions": {
        "secret": "token_hash",
        "kept": "id customer_id created_at last_used_at expires_at revoked_at",
    },
    "customers": {
        "erased": "full_name",
        "sealed": "sealed_phone sealed_email",
        "secret": "phone_index email_index",
        "kept": "id erased_at version created_at updated_at",
    },
    "door_codes": {"none": "booking_id door issue issued_at attempts_left given_at waived_at org_id id"},
    "discount_uses": {"none": "code uses org_id id"},
    "drivers": {
        "people": "full_name sealed_phone role user_id license_number license_class license_expires_on skills hourly_cost"
        " hourly_cost_currency",
        "none": "invitation_id branch_id retired_at org_id id version created_at updated_at",
    },
    "enforced_packs": {"none": "pack enforced_at"},
    "equipment": {"none": "name kind stock is_piece branch_id retired_at org_id id version created_at updated_at"},
    "idempotency_keys": {"passing": "caller_id route key fingerprint status headers body created_at expires_at"},
    "inbox_messages": {"none": "consumer message_id received_at"},
    "paper_lapses": {
        "none": "need truck_id driver_id ended_on found_at restored_at bookings org_id id",
    },
    "paper_notices": {"none": "sweep_id what paper_id expires_on days_before noticed_at org_id id"},
    "platform_settings": {
        "none": "id fee_percent four_eyes claim_minutes fuel_index_price version created_at updated_at"
    },
    "insurance_policies": {
        "people": "reviewed_by",
        "none": "kind insurer policy_number coverage_amount upload_id coverage_currency effective_on expires_on created_at"
        " withdrawn_at org_id id review reviewed_at refusal trusted_until trusted_limit counts_until counts_for",
    },
    "invitations": {
        "people": "sealed_email email_index invited_by",
        "secret": "token_hash",
        "none": "org_id id role created_at expires_at accepted_at revoked_at",
    },
    "invoice_counters": {"none": "org_id series last_number"},
    "invoices": {
        "kept": "id org_id number booking_id customer_id status issued_at due_on document subtotal tax total currency"
        " sha256",
    },
    "invoice_parties": {"lawful": "sealed_parties", "kept": "id org_id customer_id", "none": "forgotten_at"},
    "login_sessions": {
        "people": "user_id user_agent network",
        "none": "id current_org_id transport created_at last_used_at expires_at revoked_at enrol_only_since proved_at",
    },
    "mail_tokens": {
        "people": "user_id sealed_new_email sealed_former_email",
        "none": "id purpose token_hash created_at expires_at used_at",
    },
    "members": {"people": "user_id role", "none": "created_at deactivated_at org_id id"},
    "observed_jobs": {
        "none": "booking_id volume_cuft crew_size prior_hours p50_hours p90_hours actual_hours completed_at org_id id"
    },
    "own_estimators": {"none": "items pace figures learning_since updated_at org_id id"},
    "no_show_disputes": {
        # The texts are those of the company's and the platform's people; a customer's erasure takes them too.
        "people": "note disputed_by reason decided_by",
        "none": "booking_id disputed_at outcome decided_at org_id id",
    },
    "organizations": {
        "none": "id name phone timezone usdot_number told_usdot_number told_usdot_at told_usdot_refusal status address city state location rating_average rating_count"
        " lead_time_hours requires_both_ends business_hours arrival_window_minutes kept_count cancelled_count missed_count called_off_count counted_at version created_at updated_at"
    },
    "otp_challenges": {
        "passing": "sealed_recipient recipient_index requested_from customer_id sealed_warned",
        "none": "id channel salt attempts_left created_at expires_at consumed_at",
    },
    "otp_days": {"passing": "subject", "none": "day sent"},
    # Events carry ids only: tests/architecture/test_event_payloads.py.
    "outbox_events": {"none": "id org_id name version payload trace created_at claimed_until sent_at"},
    "pricing_configs": {
        "none": "number status body currency created_at activated_at retired_at in_force_from org_id id"
    },
    "quotes": {
        "erased": "origin destination",
        "kept": "id org_id customer_id status pricing_config_id starts_at arrives_until ends_at pickup_zone crew_size volume_cuft"
        " weight_lb skills truck_features distance_miles duration_hours legs job price total currency expires_at created_at booking_id",
    },
    "recovery_codes": {"people": "user_id", "none": "id code_hash used_at"},
    "refresh_tokens": {"none": "id session_id token_hash created_at used_at child_id"},
    # Of jobs that are over nobody asks for the way any more: an erasure clears it.
    "reservations": {
        "secret": "first_lat first_lng last_lat last_lng",
        "none": "is_far resource_id resource_kind during starts_at ends_at kind source_id active held_until created_at org_id"
        " id",
    },
    "resources": {
        "none": "kind capacity_cuft max_weight_lb skills usable_until retired_at turnaround_minutes hours_zone"
        " hours_weekly hours_less hours_more branch_id locked_at org_id id"
    },
    "shifts": {
        "people": "weekly exceptions",
        "none": "org_id id resource_id zone version created_at updated_at",
    },
    "rate_limits": {"none": "key whole_at"},
    "schedules": {"none": "name due_at"},
    "second_factor_challenges": {"people": "user_id", "none": "id transport attempts created_at expires_at used_at"},
    "second_factors": {"people": "user_id sealed_secret", "none": "created_at confirmed_at last_step"},
    "service_areas": {"none": "kind center radius_miles area org_id id"},
    "sign_in_policies": {"none": "org_id second_factor_required updated_at"},
    "truck_photos": {"none": "truck_id added_at org_id id"},
    # Where a truck is, there is who drives it.
    "trucks": {
        "people": "location located_at",
        "none": "name license_plate capacity_cuft max_weight_lb body_length_ft has_lift_gate features branch_id base retired_at"
        " org_id id version created_at updated_at",
    },
    "uploads": {
        "people": "uploaded_by file_name",
        "none": "org_id id kind status content_type size_bytes sha256 created_at form_expires_at completed_at"
        " next_try_at tries rejection width height has_thumbnail attached_at",
    },
    "users": {
        "people": "sealed_email email_index password_hash full_name staff_role",
        "none": "id disabled_at email_verified_at version created_at updated_at",
    },
    "verification_cases": {
        "people": "submitted_by decided_by claimed_by first_approved_by",
        "none": "status decided_at reason findings claimed_until org_id id version created_at updated_at",
    },
    "verification_steps": {"people": "by", "none": "step case_id at org_id id"},
}


def classed() -> dict[tuple[str, str], str]:
    """The class of each (table, column). Raises: ValueError for one that has two."""
    found: dict[tuple[str, str], str] = {}
    for table, classes in CLASSES.items():
        for name, columns in classes.items():
            for column in columns.split():
                if (table, column) in found:
                    raise ValueError(f"{table}.{column} has two classes")
                found[table, column] = name
    return found


def columns_of(table: str, *names: str) -> set[str]:
    """The columns of a table that are of one of these classes."""
    return {column for (of_table, column), name in classed().items() if of_table == table and name in names}
