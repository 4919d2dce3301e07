"""Pure words that every room speaks: money, clock, ids, geo, errors, events, paging, actor, ports.

Owns: value objects and protocols; standard library and pydantic only, no I/O.
Invariants: nothing here knows PostgreSQL, HTTP, a vendor or a module of the business.
Start reading at: actor.py (who asks), errors.py (what can go wrong), money.py.
"""
