"""The dispatcher's desk: whole days of jobs, trucks and people at once.

Owns: plans of a day, the replacement of a truck, commands on many bookings.
Tables: none. What is decided is written by bookings and the calendar.
Invariants: a plan is looked at before it is applied, and applied as it was seen or not at all; a job that finds no
better team keeps what it has; each choice and each job left over says why.
Announces: nothing of its own; bookings announces what each booking is given. Listens: nothing.
Start reading at: service.py, rules/program.py (what a good day costs).
"""
