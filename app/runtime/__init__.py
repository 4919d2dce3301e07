"""The plumbing: settings, database, web, sign-in, outbox, jobs, telemetry, rate limits.

Owns: every conversation with PostgreSQL, Redis, FastAPI and OpenTelemetry; the tables idempotency_keys,
outbox_events and inbox_messages.
Invariants: knows no business word; only `db` commits; no module reads the environment.
Start reading at: db/session.py (one transaction a request), web/route.py (what stands around a route).
"""
