-- What the companies of ground.sql have taken where nothing but that is asked: jobs of a truck and its driver, evenly over
-- eighteen months back and one and a half ahead; and, where `bench.history` is set, as many times that in the years before.
INSERT INTO app.reservations
    (org_id, id, resource_id, resource_kind, during, kind, source_id, active, created_at)
SELECT f.org_id, pg_temp.made_id(kind, f.number::bigint * 10000 + turn, starts_at - interval '20 days'),
    resource_id, kind, tstzrange(starts_at, starts_at + interval '5 hours', '[)'), 'booking',
    pg_temp.made_id('job', f.number::bigint * 10000 + turn, starts_at), turn % 12 > 0, starts_at - interval '20 days'
FROM (SELECT *, CASE WHEN is_near THEN 20 ELSE 8 END AS jobs FROM fleets) AS f,
    generate_series(1, CASE WHEN is_near THEN jobs * (1 + current_setting('bench.history')::integer) ELSE jobs END) AS turn,
    LATERAL (SELECT date_trunc('hour', now()) + interval '45 days' + f.unit * interval '1 day'
        - turn * (interval '585 days' / jobs) AS starts_at) AS slot,
    LATERAL (VALUES ('truck', truck_id), ('driver', driver_id)) AS taken (kind, resource_id)
WHERE f.number > 0;
