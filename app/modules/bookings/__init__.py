"""The booking and its life: held, confirmed, assigned, driven, completed; or cancelled, or expired.

Owns: bookings and every step of them.
Tables: bookings, booking_steps, cancellation_policies, booking_rules, door_codes, calendar_feeds, no_show_disputes.
Invariants: a booking has all its trucks and crew or does not exist; what may follow what stands in
rules.TRANSITIONS; a hold past its time is expired, whether or not the sweeper has written it; a job that is done has
nothing in the calendar behind that; the price promised never changes, the final price is made of the same version and
the hours and miles as worked.
Announces: booking.held, .confirmed, .assigned, .rescheduled, .started, .completed, .cancelled, .expired, .progressed,
.door_codes_renewed, .truck_replaced, .arrival_planned, .no_show_reported, .no_show_reviewed.
Listens: its own, to tell company and customer, and to count what a company breaks; papers.noticed and papers.lapsed,
to name the bookings that they touch, and company.suspended, to tell their customers.
Start reading at: rules/life.py, service/hold.py.
"""
