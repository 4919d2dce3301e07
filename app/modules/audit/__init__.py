"""Who did what, when and from where: a trail that is only ever added to, a chain of hashes for each company.

Owns: audit entries, the daily export of the chains' heads.
Tables: audit_entries.
Invariants: an entry is written in the transaction of what it tells of, as its last statement; numbers of a chain have
no gap; no entry is changed or deleted; no text that a person typed and no secret stands in one, only that it changed.
Announces: nothing. Listens: nothing; a schedule exports the heads.
Start reading at: public.py (`record`), rules.py (what is shown, how entries are chained), service/verify.py.
"""
