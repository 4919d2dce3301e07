"""What the platform's own staff do: find companies and bookings, review and decide, suspend, hire, set.

Owns: the staff's view; nothing of its own is stored here.
Tables: none.
Invariants: every route is for staff alone; what is decided stands in the module whose data it is.
Announces: nothing (verification does). Listens: nothing.
Start reading at: routes/; what an operator asks at the command line is in public.py.
"""
