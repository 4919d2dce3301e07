"""Where customers and companies meet: search, offers, quotes.

Owns: what an offer says and for how long, the ranking, quotes with their pinned prices.
Tables: quotes.
Invariants: an offer names only a verified, insured company whose area holds the pickup and whose trucks and crew
are free for the whole window, by the company's own terms too; it is signed and short-lived, and checked again when it
is used; where a company's crew may arrive later than a job's start, what is offered and kept is free for as much longer
(decision 49); a quote's price never changes and can be replayed from what is stored with it.
Announces: nothing yet. Listens: nothing.
Start reading at: service/search.py, rules/ranking.py, service/dates.py (sixty days at once).
"""
