"""Customers: people who move house. They sign in with a one-time code and belong to no company.

Owns: customers, one-time codes, customer sessions.
Tables: customers, otp_challenges, otp_days, customer_sessions.
Invariants: a phone number or e-mail address is one customer; a code is stored nowhere, is good once, for five minutes
and five tries, and the newest one to a recipient is the only one; how many codes go to a recipient, to a prefix, to
all numbers and from an address is counted in PostgreSQL, so it holds with Redis away; a number or address is kept
sealed, and found by its keyed hash.
Announces: customers.code_requested, customers.address_changed. Listens: its own, to send the code and to tell of the
change.
Start reading at: service/sign_in.py, service/seals.py, rules.py.
"""
