"""Companies: who they are, where they pick up, whether the market may see them.

Owns: a company's name, address, zone, status and rating; its branches; its own terms: service areas, notice, business
hours, days off, how wide its window of arrival is.
Tables: organizations, service_areas, company_days_off, branches.
Invariants: only a `verified` company is seen by the market; a company starts as `draft` with one service area of 50
miles around its address; a U.S. DOT number that is told after the request is its own once staff have confirmed it; its
id is the `org_id` of every other table.
Announces: nothing yet. Listens: nothing.
Start reading at: public.py (what other modules ask), rules.py (which jobs it takes), models.py.

"""
