"""What a company charges, what a move needs, and the price of it, explained to the cent.

Owns: price lists and their versions, the catalogue of things that are moved, estimates.
Tables: pricing_configs, observed_jobs, own_estimators, discount_uses.
Invariants: a version never changes once written; one is active a company; the same config and job give the same
cents for ever; the total is the sum of its lines; only a discount lowers a price.
Announces: nothing yet. Listens: nothing; every ten seconds, planned versions whose time has come are put in force.
Start reading at: rules/engine.py (`price`), rules/kinds.py (the table of rule types), rules/estimator.py,
rules/promise.py (binding, non-binding, with a ceiling), rules/keeping.py (what is owed of it once the move is made).

The pure part, by name:
  rules.parse_config(body) -> PricingConfig            raises ConfigInvalid (422), every fault with its pointer
  rules.config_to_json(config) -> dict                 the stored form; parse_config reads it back
  service.make_ready(config) -> CompiledConfig          its holiday calendars turned into dates first
  rules.compile_config(config, holiday_dates=None)     raises HolidaysUnknown (422): no dates for a calendar
  rules.price(compiled, job) -> Price                  raises NotPriced (409), which a search skips
  rules.replay(config, job, price.holidays) -> Price   a stored job again, no holiday library asked
  rules.price_to_json / price_from_json / job_to_json / job_from_json
  rules.local_start(instant, zone)                     the pickup's wall time, for `Job.local_start`
  rules.lint(config, today) -> warnings                what a config may say but hardly means
  rules.compare_configs(before, after) -> changes      where two versions differ
  rules.end_of(access) -> End                          how a place's access counts in prices and estimates
  rules.estimate(request) -> Estimate                  raises UnknownItem (422); `inventory` goes into the Job
  rules.CATALOGUE, rules.find_items(words, category)   the things that can be moved
  schemas.SimulateIn(config, job): `job.to_job(now)`   answered with schemas.simulated_out(price)
  schemas.price_out(price, config_version)             schemas.estimate_out(estimate, distance_miles)
  schemas.LoadIn, schemas.estimate_request(load, origin, destination)   a search's load between its places
  public.load_of(request), public.read_load(signer, told, now)   a load estimated now, or before and sent back signed
"""
