"""Bills: immutable once issued, numbered without gaps within company and year.

Owns: invoices as issued, the counters of their numbers, their PDF; whether what was reported of a job by mistake may
still be taken back (decision 54).
Tables: invoices, invoice_counters.
Invariants: an issued invoice never changes (the database refuses it to its owner too); a number is given in the
issuing transaction, under the counter's row lock, so a rollback leaves no gap; total = subtotal + tax to the cent.
Announces: invoice.issued. Listens: its own, to tell the customer.
Start reading at: service.py (issue_invoice), rules.py.
"""
