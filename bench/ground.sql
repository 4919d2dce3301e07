-- The ground that the benchmark stands on. Run once, as a superuser, with the time-outs off, after `bench_towns`
-- (number, place, zone, lat, lng) and `bench_prices` (body) have been filled and `bench.companies` and `bench.near` have
-- been set. What they have to do comes after it: jobs.sql.
--
-- Companies 1 … n stand around the towns, those behind `bench.near` out at sea, and have a past: every hundredth is a
-- large one. Company 0 has many trucks and no bookings: dispatchers book there. Company -1 has one truck, one driver and
-- one helper, in the last town, where nobody else works: customers race there.

SELECT setseed(0.5);

CREATE FUNCTION pg_temp.made_id(p_kind text, p_number bigint, p_at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(p_kind || p_number), 1, 3) || '8' || substr(md5(p_kind || p_number), 4, 15))::uuid
$$;

CREATE TEMP TABLE companies AS
SELECT n AS number,
    pg_temp.made_id('company', n, now() - interval '2 years' + n * interval '1 minute') AS id,
    t.zone, t.place, t.number AS town,
    CASE n WHEN 0 THEN 50 WHEN -1 THEN 1 ELSE 5 END AS trucks,
    CASE WHEN n < 1 THEN 0 WHEN n % 100 = 0 THEN 416 ELSE 16 END AS bookings_a_truck,
    n <= current_setting('bench.near')::integer AS is_near,
    CASE WHEN n <= current_setting('bench.near')::integer THEN t.lat + (random() - 0.5) * 0.3
        ELSE -10 - random() * 50 END AS lat,
    CASE WHEN n <= current_setting('bench.near')::integer THEN t.lng + (random() - 0.5) * 0.3
        ELSE -170 + random() * 80 END AS lng
FROM generate_series(-1, current_setting('bench.companies')::integer) AS n
JOIN bench_towns AS t
    ON t.number = CASE n WHEN -1 THEN (SELECT max(number) FROM bench_towns)
        ELSE n % (SELECT max(number) FROM bench_towns) END;

INSERT INTO app.organizations
    (id, name, phone, timezone, usdot_number, status, address, city, state, location, rating_average, rating_count,
     lead_time_hours, requires_both_ends, version, created_at, updated_at)
SELECT id, 'Company ' || number, '+14155550134', zone, '1234567', 'verified', place, place->>'city', place->>'state',
    ST_SetSRID(ST_MakePoint(lng, lat), 4326)::geography, CASE WHEN number % 3 > 0 THEN 3 + random() * 2 END,
    number % 3, 0, false, 1, now(), now()
FROM companies;

INSERT INTO app.service_areas (org_id, id, kind, center, radius_miles, area)
SELECT c.id, pg_temp.made_id('area', number, now()), 'radius', point, miles, ST_Buffer(point, miles * 1609.344)
FROM companies AS c,
    LATERAL (SELECT ST_SetSRID(ST_MakePoint(c.lng, c.lat), 4326)::geography AS point, 20 + number % 30 AS miles) AS area;

-- One owner a company, signed in for as long as the ground lives.
-- No address opens: nobody signs in or is written to, and the index is the address itself, for who looks them up.
INSERT INTO app.users (id, sealed_email, email_index, password_hash, full_name, version, created_at, updated_at)
SELECT pg_temp.made_id('user', number, now()), '\x00', convert_to('owner' || number || '@example.com', 'UTF8'), 'cannot sign in', 'An Owner',
    1, now(), now()
FROM companies;

INSERT INTO app.members (org_id, id, user_id, role, created_at)
SELECT id, pg_temp.made_id('member', number, now()), pg_temp.made_id('user', number, now()), 'owner', now()
FROM companies;

INSERT INTO app.login_sessions
    (id, user_id, current_org_id, transport, user_agent, network, created_at, last_used_at, expires_at)
SELECT pg_temp.made_id('session', number, now()), pg_temp.made_id('user', number, now()), id, 'bearer', 'bench', '',
    now(), now(), now() + interval '10 years'
FROM companies;

-- Each list has its own rates, and opinions of its own on weekends and seasons.
INSERT INTO app.pricing_configs (org_id, id, number, status, body, currency, created_at, activated_at)
SELECT id, pg_temp.made_id('prices', companies.number, now()), 1, 'active',
    jsonb_set(jsonb_set(jsonb_set(jsonb_set(body,
        '{base_hourly_rate}', to_jsonb((100 + companies.number % 90)::text || '.50')),
        '{surcharge_rules,1,multiplier}', to_jsonb('1.' || 10 + companies.number % 37)),
        '{surcharge_rules,5,multiplier}', to_jsonb('1.' || 10 + companies.number % 23)),
        '{surcharge_rules,5,from}', to_jsonb('0' || 1 + abs(companies.number) % 9 || '-15')), 'USD', now(), now()
FROM companies, bench_prices;

INSERT INTO app.insurance_policies
    (org_id, id, kind, insurer, policy_number, coverage_amount, coverage_currency, effective_on, expires_on, review, created_at)
SELECT id, pg_temp.made_id('policy', number, now()), 'cargo', 'Insurer', 'P-' || number, 750000, 'USD',
    current_date - 800, current_date + 3650, 'confirmed', now()
FROM companies;

INSERT INTO app.insurance_policies
    (org_id, id, kind, insurer, policy_number, coverage_amount, coverage_currency, effective_on, expires_on, review, created_at)
SELECT id, pg_temp.made_id('liability', number * 10 + year, now()), 'liability', 'Insurer', 'L-' || number || '-' || year, 1000000,
    'USD', current_date - 800 + year * 365, current_date - 400 + year * 365, 'confirmed', now()
FROM companies, generate_series(0, 4) AS year;

INSERT INTO app.company_documents (org_id, id, kind, issuer, number, effective_on, expires_on, review, created_at)
SELECT id, pg_temp.made_id(kind, number, now()), kind, 'An Authority', 'D-' || number, current_date - 800, NULL, 'confirmed', now()
FROM companies, unnest(ARRAY['business_licence', 'state_permit']) AS kind;

INSERT INTO app.company_packs (org_id, id, pack, declared_at)
SELECT id, pg_temp.made_id('pack', number, now()), 'generic', now() FROM companies;

-- Every fifth company takes so many jobs a day, and no more; it has a day off now and then.
INSERT INTO app.day_limits (org_id, id, zone, jobs, van_jobs, box_jobs, large_jobs, version, created_at, updated_at)
SELECT id, pg_temp.made_id('limits', number, now()), zone, 4, NULL, NULL, 2, 1, now(), now()
FROM companies WHERE number > 0 AND number % 5 = 0;

INSERT INTO app.company_days_off (org_id, id, day, name, created_at)
SELECT id, pg_temp.made_id('off', number * 100 + week, now()), current_date + 7 * week + number % 7, 'Off', now()
FROM companies, generate_series(1, 10, 3) AS week WHERE number > 0 AND number % 5 = 0;

CREATE TEMP TABLE fleets AS
SELECT c.id AS org_id, c.number * 100 + unit AS number, unit, c.bookings_a_truck, c.is_near, c.place, c.zone,
    pg_temp.made_id('truck', c.number * 100 + unit, now()) AS truck_id,
    pg_temp.made_id('driver', c.number * 100 + unit, now()) AS driver_id,
    pg_temp.made_id('helper', c.number * 100 + unit, now()) AS helper_id,
    1000 + (unit % 4) * 250 AS capacity_cuft
FROM companies AS c, generate_series(1, c.trucks) AS unit;

INSERT INTO app.resources (org_id, id, kind, capacity_cuft, max_weight_lb, skills, usable_until)
SELECT org_id, truck_id, 'truck', capacity_cuft, 10000, '{}'::text[], NULL::date FROM fleets
UNION ALL SELECT org_id, driver_id, 'driver', 0, 0, '{}', current_date + 3650 FROM fleets
UNION ALL SELECT org_id, helper_id, 'helper', 0, 0, '{}', NULL FROM fleets;

-- Every third company works from six to nine on all days but Sunday; minutes of a week and the Monday behind it.
UPDATE app.resources AS r
SET hours_zone = c.zone, hours_less = '{}', hours_more = '{}', hours_weekly = (
    SELECT range_agg(int4range(day * 1440 + 360, day * 1440 + 1260))
    FROM unnest(ARRAY[0, 1, 2, 3, 4, 5, 7]) AS day)
FROM companies AS c WHERE c.id = r.org_id AND c.number > 0 AND c.number % 3 = 0;

INSERT INTO app.trucks
    (org_id, id, name, license_plate, capacity_cuft, max_weight_lb, has_lift_gate, features, base, version, created_at,
     updated_at)
SELECT org_id, truck_id, 'Truck ' || unit, 'P' || unit, capacity_cuft, 10000, false, '{}', place, 1, now(), now()
FROM fleets;

INSERT INTO app.drivers
    (org_id, id, full_name, sealed_phone, role, license_number, license_class, license_expires_on, skills, version, created_at,
     updated_at)
SELECT org_id, driver_id, 'A Driver', '\x00'::bytea, 'driver', 'D' || unit, 'C', current_date + 3650, '{}'::text[], 1, now(),
    now()
FROM fleets
UNION ALL
SELECT org_id, helper_id, 'A Helper', '\x00'::bytea, 'helper', NULL, NULL, NULL, '{}'::text[], 1, now(), now() FROM fleets;
