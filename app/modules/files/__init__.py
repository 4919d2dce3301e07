"""Files that companies send: announced, sent to the store past the API, checked, and only then attached to anything.

Owns: uploads from announcement to oblivion, the checks of a file's bytes, the links to files.
Tables: uploads.
Invariants: what has not been found clean is served to nobody; photos are drawn anew; each step of an upload happens
once; a file belongs to one company and hangs on one thing at most; nothing unattached outlives a day.
Announces: nothing. Listens: nothing; a schedule looks at what has arrived.
Start reading at: service/inspection.py, rules.py, public.py (how another module attaches a file).
"""
