"""What the platform's own people have set for the whole market: the fee, how companies are reviewed.

Owns: the platform's settings.
Tables: platform_settings (one row, made by the migration).
Invariants: there is one row; it changes by whoever has read it (If-Match); each change stands in the platform's trail.
Announces: nothing. Listens: nothing.
Start reading at: service.py; staff's routes are in ops/routes/settings.py.
"""
