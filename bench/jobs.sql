-- What the companies of ground.sql have to do, and had.

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
