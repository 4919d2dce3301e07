"""Bills: immutable once issued, numbered without gaps within company and year.

Owns: invoices as issued, whom they are written to, the counters of their numbers, their PDF; whether what was reported
of a job by mistake may still be taken back (decision 54).
Tables: invoices, invoice_parties, invoice_counters.
Invariants: an issued invoice never changes (the database refuses it to its owner too); a number is given in the
issuing transaction, under the counter's row lock, so a rollback leaves no gap; total = subtotal + tax to the
cent; an invoice names a pseudonym, and who that is is sealed beside it until the law's term is over.
Announces: invoice.issued. Listens: its own, to tell the customer.
Start reading at: service/issuing.py (issue_invoice), service/parties.py, rules.py.
"""
