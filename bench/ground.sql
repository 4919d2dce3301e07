-- The ground that the benchmark stands on. Run once, as a superuser, with the time-outs off, after `bench_towns`
-- (number, place, zone, lat, lng) and `bench_prices` (body) have been filled and `bench.companies` has been set.
--
-- Companies 1 … n stand around the towns and have a past: every hundredth is a large one. Company 0 has many trucks
-- and no bookings: dispatchers book there. Company -1 has one truck, one driver and one helper, in the last town,
-- where nobody else works: customers race there.

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
    t.lat + (random() - 0.5) * 0.3 AS lat,
    t.lng + (random() - 0.5) * 0.3 AS lng
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
INSERT INTO app.users (id, email, password_hash, full_name, version, created_at, updated_at)
SELECT pg_temp.made_id('user', number, now()), 'owner' || number || '@example.com', 'cannot sign in', 'An Owner',
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
        '{surcharge_rules,5,from}', to_jsonb('0' || 1 + companies.number % 9 || '-15')), 'USD', now(), now()
FROM companies, bench_prices;

INSERT INTO app.insurance_policies
    (org_id, id, kind, insurer, policy_number, coverage_amount, coverage_currency, effective_on, expires_on, created_at)
SELECT id, pg_temp.made_id('policy', number, now()), 'cargo', 'Insurer', 'P-' || number, 750000, 'USD',
    current_date - 800, current_date + 3650, now()
FROM companies;

INSERT INTO app.insurance_policies
    (org_id, id, kind, insurer, policy_number, coverage_amount, coverage_currency, effective_on, expires_on, created_at)
SELECT id, pg_temp.made_id('liability', number * 10 + year, now()), 'liability', 'Insurer', 'L-' || number || '-' || year, 1000000,
    'USD', current_date - 800 + year * 365, current_date - 400 + year * 365, now()
FROM companies, generate_series(0, 4) AS year;

INSERT INTO app.company_documents (org_id, id, kind, issuer, number, effective_on, expires_on, created_at)
SELECT id, pg_temp.made_id(kind, number, now()), kind, 'An Authority', 'D-' || number, current_date - 800, NULL, now()
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
SELECT c.id AS org_id, c.number * 100 + unit AS number, unit, c.bookings_a_truck, c.place, c.zone,
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
    (org_id, id, full_name, phone, role, license_number, license_class, license_expires_on, skills, version, created_at,
     updated_at)
SELECT org_id, driver_id, 'A Driver', '+14155550135', 'driver', 'D' || unit, 'C', current_date + 3650, '{}'::text[], 1, now(),
    now()
FROM fleets
UNION ALL
SELECT org_id, helper_id, 'A Helper', '+14155550136', 'helper', NULL, NULL, NULL, '{}'::text[], 1, now(), now() FROM fleets;

-- Evenly over eighteen months back and one and a half ahead, each truck with its own driver and helper.
CREATE TEMP TABLE moves AS
SELECT f.*, starts_at, starts_at + interval '5 hours' AS ends_at,
    pg_temp.made_id('booking', f.number * 1000 + turn, starts_at - interval '20 days') AS id,
    CASE WHEN turn % 12 = 0 THEN 'cancelled' WHEN starts_at < now() THEN 'completed' ELSE 'confirmed' END AS status
FROM fleets AS f, generate_series(1, f.bookings_a_truck) AS turn,
    LATERAL (SELECT date_trunc('hour', now()) - interval '540 days'
        + (turn - 1) * (interval '585 days' / f.bookings_a_truck) + f.unit * interval '1 day' AS starts_at) AS slot;

INSERT INTO app.bookings
    (org_id, id, reference, status, starts_at, ends_at, pickup_zone, origin, destination, contact_name, crew_size, truck_ids,
     driver_ids, volume_cuft, weight_lb, distance_miles, price, total, currency, cancellation_terms, asks_door_codes,
     version, created_at, updated_at)
SELECT org_id, id, 'MH-' || upper(substr(md5(id::text), 1, 16)), status, starts_at, ends_at, zone, place, place,
    'A Customer', 2, ARRAY[truck_id], ARRAY[driver_id, helper_id],
    800, 5000, 12.3,
    '{"total": {"amount": "812.50", "currency": "USD"}, "lines": [{"code": "agreed_price", "rule": null, "unit": "job",
      "amount": {"amount": "812.50", "currency": "USD"}, "quantity": "1", "unit_price": "812.50"}]}',
    812.50, 'USD',
    '{"kind": "moderate", "steps": [{"notice_hours": 72, "refund_percent": 100}, {"notice_hours": 48, "refund_percent": 50}]}',
    false, 3, starts_at - interval '20 days', starts_at
FROM moves;

-- Every truck, and the crews of the last two months and of what is ahead: the exclusion constraint takes a minute for
-- each million of rows.
INSERT INTO app.reservations
    (org_id, id, resource_id, resource_kind, during, kind, source_id, active, created_at)
SELECT m.org_id, pg_temp.made_id(kind, m.number * 1000 + extract(epoch FROM starts_at)::bigint, starts_at - interval '20 days'),
    resource_id, kind, tstzrange(starts_at, ends_at, '[)'), 'booking', m.id, m.status <> 'cancelled',
    starts_at - interval '20 days'
FROM moves AS m,
    LATERAL (VALUES ('truck', truck_id), ('driver', driver_id), ('helper', helper_id)) AS taken (kind, resource_id)
WHERE kind = 'truck' OR starts_at > now() - interval '60 days';

-- Helpers take leave: some a day, some three weeks.
INSERT INTO app.reservations
    (org_id, id, resource_id, resource_kind, during, kind, source_id, active, created_at)
SELECT org_id, leave_id, helper_id, 'helper', tstzrange(starts_at, starts_at + days * interval '1 day', '[)'), 'time_off',
    leave_id, true, now()
FROM fleets AS f,
    LATERAL (SELECT pg_temp.made_id('leave', f.number, now()) AS leave_id, CASE unit WHEN 4 THEN 21 ELSE 1 END AS days,
        date_trunc('day', now()) + (45 + f.number % 20) * interval '1 day' AS starts_at) AS leave
WHERE bookings_a_truck = 16 AND unit > 3;
