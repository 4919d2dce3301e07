"""What the worker runs: handlers of events, schedules, and the loops that keep going whatever is away.

Owns: the ways a module registers work (`Handlers`), the table of it (`HandlerTable`), schedules and their claims.
Tables: schedules.
Invariants: every piece of work has a literal name that outlives renamed functions; no port is called while a
transaction is open; a schedule's turn is taken by one worker, however many there are.
Start reading at: handlers.py.
"""
