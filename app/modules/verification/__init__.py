"""Whether a company is what it says: its insurance papers, its requests to be verified, and staff's decisions.

Owns: insurance policies, verification cases, suspensions.
Tables: insurance_policies, verification_cases, company_suspensions.
Invariants: a company has one open case at most, and then its status is `submitted`; a case is decided once; only
a verified company can be suspended, once at a time; whoever is verified had nothing missing at that moment.
Announces: verification.decided, company.suspended, company.reinstated. Listens: its own (mail to the office).
Start reading at: service/review.py, rules.py (what is missing), public.py (who is insured on a day).
"""
