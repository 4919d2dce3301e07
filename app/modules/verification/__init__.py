"""Whether a company is what it says: its papers, its requests to be verified, and staff's decisions.

Owns: insurance policies, documents (permits, numbers, trucks' papers), the laws a company works under and what each
asks (rules/packs.py), verification cases with the staff's notes, suspensions, every step of it; who was told of a
paper's end, and what has lapsed.
Tables: insurance_policies, company_documents, company_packs, enforced_packs, verification_cases, case_notes,
company_suspensions, verification_steps, paper_notices, paper_lapses.
Invariants: a company has one open case at most, and then its status is `submitted` or `in_review`; one reviewer at
most has a case, for a time; a case is decided once, by two where the platform asks for it; only a verified company can
be suspended, once at a time; whoever is verified had nothing missing at that moment; no company sees the staff's
notes; papers are asked for the job's days, never for today; what is shown after the request counts as far as it is
trusted until staff have looked at it; of each paper's end a company is told once a notice; a company that its ended or
withdrawn papers leave no job is suspended, and back with their renewal.
Announces: verification.decided, company.suspended, company.reinstated, papers.changed, papers.withdrawn,
papers.reviewed, company.usdot_number_reviewed, papers.noticed, papers.lapsed, papers.lapse_named. Listens: its own
(mail to the office; what lapses); a schedule looks for papers that end, another seals tax ids anew.
Start reading at: rules/steps.py (from where to where), service/review.py, rules/packs.py, service/eligibility.py (who
may have a job), service/sweep.py (papers that end), service/looks.py (what staff have yet to look at).

"""
