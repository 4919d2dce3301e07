"""Whether a company is what it says: its papers, its requests to be verified, and staff's decisions.

Owns: insurance policies, documents (permits, numbers, trucks' papers), the laws a company works under and what each
asks (rules/packs.py), verification cases, suspensions.
Tables: insurance_policies, company_documents, company_packs, enforced_packs, verification_cases, company_suspensions.
Invariants: a company has one open case at most, and then its status is `submitted`; a case is decided once; only
a verified company can be suspended, once at a time; whoever is verified had nothing missing at that moment; papers are
asked for the job's days, never for today.
Announces: verification.decided, company.suspended, company.reinstated. Listens: its own (mail to the office).
Start reading at: service/review.py, rules/packs.py, service/eligibility.py (who may have a job).
"""
