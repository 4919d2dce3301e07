"""Who and what is taken when. The database referees: two live reservations of a resource cannot overlap.

Owns: resources (trucks, people and pieces of equipment as things that can be taken) and their reservations: bookings
and time off; when they work, and how many jobs a company takes on a day.
Tables: resources, reservations, shifts, day_limits, calendar_rules.
Invariants: the exclusion constraint ex_reservations_overlap; a job takes all its resources or none, and locks
them in id order; a hold past its time blocks nobody, whether or not the sweeper runs; windows are half-open, in
UTC, 15 minutes to 14 days long.
Announces: nothing (its callers do). Listens: nothing.
Start reading at: service/reservations.py (reserve), rules/windows.py (what fits), public.py.
"""
