"""The gate over the database's own catalogue: what row-level security rests on, as twenty rules, and two of naming.

Each rule is one query that returns the objects which break it. Exceptions stand beside the rule, with their reason.
"""

from __future__ import annotations

from typing import Final

LOGINS: Final = "('movehub_app', 'movehub_worker')"
PROGRAM: Final = "r.rolname LIKE 'movehub\\_%'"
TABLES: Final = """
    pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
"""
# Rows of these belong to no company: people, their sessions and codes, and the plumbing's own.
NO_TENANT: Final = (
    "alembic_version", "customer_sessions", "customers", "enforced_packs", "idempotency_keys", "inbox_messages", "login_sessions",
    "mail_tokens", "organizations", "otp_challenges", "otp_days", "outbox_events", "platform_settings", "rate_limits", "recovery_codes", "refresh_tokens", "schedules",
    "second_factor_challenges", "second_factors", "users",
)  # fmt: skip
NO_TENANT_SQL: Final = "(" + ", ".join(f"'{name}'" for name in NO_TENANT) + ")"
# Readable by design: alembic's own row says which release's schema this is, and holds nothing else.
UNPROTECTED: Final = "('alembic_version')"
# Unique across companies by design: ids are made by us and found by id alone where the company follows from the row.
UNIQUE_WITHOUT_ORG: Final = "('ix_quotes_id', 'uq_verification_cases_id')"
# Foreign keys to tables without a tenant, or to the tenant's own root.
ROOT_TABLES: Final = NO_TENANT_SQL
# The worker walks and exports every chain of the audit trail; it can add to its own company's alone.
READ_WHOLE: Final = "('audit_entries_background_select')"
HAS_ORG: Final = """EXISTS (SELECT 1 FROM pg_attribute AS o
    WHERE o.attrelid = {table} AND o.attname = 'org_id' AND NOT o.attisdropped)"""
# The only functions that run as their owner; each shows ids or nothing.
DEFINERS: Final = "('bookings_named', 'customers_named', 'dead_holds', 'lapsed_companies', 'notice_papers', 'notice_rises', 'price_lists_due', 'unproven_hours', 'uploads_to_tend')"

RULES: Final[dict[str, str]] = {
    # A role of the program can become what no policy binds.
    "R01": f"""
        WITH RECURSIVE able(login, oid) AS (
            SELECT r.rolname, r.oid FROM pg_roles AS r WHERE r.rolname IN {LOGINS}
            UNION SELECT able.login, m.roleid FROM pg_auth_members AS m JOIN able ON m.member = able.oid)
        SELECT able.login || ' -> ' || r.rolname FROM able JOIN pg_roles AS r ON r.oid = able.oid
        WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolname IN ('movehub_owner', 'movehub_migrate')""",
    # A login or an audience owns something.
    "R02": f"""
        SELECT c.relname FROM {TABLES} JOIN pg_roles AS r ON r.oid = c.relowner
        WHERE {PROGRAM} AND r.rolname <> 'movehub_owner'""",
    # A relation of ours is owned by a superuser.
    "R03": f"SELECT c.relname FROM {TABLES} JOIN pg_roles AS r ON r.oid = c.relowner WHERE r.rolsuper",
    # A table without row-level security enabled and forced.
    "R04": f"""
        SELECT c.relname FROM {TABLES} WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN {UNPROTECTED}
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    # Row-level security without a policy: nobody could ever read it.
    "R05": f"""
        SELECT c.relname FROM {TABLES} WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
        AND NOT EXISTS (SELECT 1 FROM pg_policy AS p WHERE p.polrelid = c.oid)""",
    # A policy on a table whose row-level security is off.
    "R06": f"""
        SELECT c.relname || '.' || p.polname FROM {TABLES} JOIN pg_policy AS p ON p.polrelid = c.oid
        WHERE NOT c.relrowsecurity""",
    # A policy of a tenant's table that asks for no setting. The market reads what is public, on granted columns.
    "R07": f"""
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE schemaname = 'app' AND tablename NOT IN {NO_TENANT_SQL}
        AND roles <> '{{movehub_market}}' AND roles <> '{{movehub_owner}}' AND policyname NOT IN {READ_WHOLE}
        AND (coalesce(qual, with_check) !~ 'current_setting' AND coalesce(qual, 'false') <> 'false')""",
    # A setting that is read for every row, or that raises on an empty one.
    "R08": """
        SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = 'app'
        AND (coalesce(qual, '') || ' ' || coalesce(with_check, '')) ~ 'current_setting'
        AND NOT (coalesce(qual, '') || ' ' || coalesce(with_check, '')) ~ 'SELECT \\(?NULLIF\\(current_setting'""",
    # A policy for writing that does not check what is written.
    "R09": """
        SELECT tablename || '.' || policyname FROM pg_policies
        WHERE schemaname = 'app' AND cmd IN ('INSERT', 'UPDATE', 'ALL') AND with_check IS NULL""",
    # A view that reads as its owner.
    "R10": f"""
        SELECT c.relname FROM {TABLES} WHERE c.relkind = 'v'
        AND NOT coalesce(c.reloptions::text ~ 'security_invoker=(true|on)', false)""",
    # A materialized view or foreign table that a role of the program can read: no policy reaches it.
    "R11": f"""
        SELECT c.relname FROM {TABLES}, pg_roles AS r WHERE c.relkind IN ('m', 'f')
        AND {PROGRAM} AND r.rolname <> 'movehub_owner' AND r.rolname <> 'movehub_migrate'
        AND has_table_privilege(r.oid, c.oid, 'SELECT')""",
    # A partition that can be read beside its parent's policies.
    "R12": f"""
        SELECT c.relname FROM {TABLES}, pg_roles AS r WHERE c.relispartition
        AND {PROGRAM} AND r.rolname NOT IN ('movehub_owner', 'movehub_migrate')
        AND has_table_privilege(r.oid, c.oid, 'SELECT')""",
    # Rights that go around policies.
    "R13": f"""
        SELECT c.relname || ' ' || a.privilege_type FROM {TABLES}, aclexplode(c.relacl) AS a
        JOIN pg_roles AS r ON r.oid = a.grantee
        WHERE {PROGRAM} AND r.rolname NOT IN ('movehub_owner', 'movehub_migrate')
        AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')""",
    # A function that runs as its owner and is not on the list, lets others plant names, or is open to everybody.
    "R14": f"""
        SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = 'app'
        WHERE p.prosecdef AND (p.proname NOT IN {DEFINERS}
            OR NOT coalesce(p.proconfig::text ~ 'search_path=.*pg_temp', false)
            OR has_function_privilege('public', p.oid, 'EXECUTE'))""",
    # A foreign key between tenants' tables that does not hold the company together.
    "R15": f"""
        SELECT k.conname FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
        JOIN pg_class AS f ON f.oid = k.confrelid
        WHERE k.contype = 'f' AND {HAS_ORG.format(table="k.conrelid")} AND f.relname NOT IN {ROOT_TABLES}
        AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a
            WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname = 'org_id')""",
    # Uniqueness or exclusion across companies: an oracle of what others have.
    "R16": f"""
        SELECT i.relname FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid
        JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
        WHERE (x.indisunique OR x.indisexclusion) AND c.relname NOT IN {NO_TENANT_SQL}
        AND i.relname NOT IN {UNIQUE_WITHOUT_ORG}
        AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a
            WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) AND a.attname = 'org_id')""",
    # No index that begins with the company.
    "R17": f"""
        SELECT c.relname FROM {TABLES} WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN {NO_TENANT_SQL}
        AND NOT EXISTS (SELECT 1 FROM pg_index AS x JOIN pg_attribute AS a
            ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] AND a.attname = 'org_id'
            WHERE x.indrelid = c.oid AND x.indpred IS NULL)""",
    # Everybody may create objects here.
    "R18": """
        SELECT nspname FROM pg_namespace WHERE nspname IN ('app', 'public')
        AND has_schema_privilege('public', oid, 'CREATE')""",
    # A home-made function that claims to leak nothing.
    "R19": """
        SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace AND n.nspname = 'app'
        WHERE p.proleakproof""",
    # A table that belongs to no company and is not known to.
    "R20": f"""
        SELECT c.relname FROM {TABLES} WHERE c.relkind IN ('r', 'p') AND c.relname NOT IN {NO_TENANT_SQL}
        AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attname = 'org_id' AND a.attnotnull AND NOT a.attisdropped)""",
    # One audience, one policy a command: permissive policies would be added up.
    "N01": """
        SELECT tablename || ' ' || cmd || ' ' || roles::text FROM pg_policies WHERE schemaname = 'app'
        GROUP BY tablename, cmd, roles HAVING count(*) > 1""",
    # Constraint names become errors, so they follow the convention.
    "N02": """
        SELECT k.conname FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
        WHERE c.relname <> 'alembic_version' AND k.contype IN ('p', 'f', 'u', 'c', 'x') AND NOT starts_with(k.conname,
            CASE k.contype WHEN 'p' THEN 'pk_' WHEN 'f' THEN 'fk_' WHEN 'u' THEN 'uq_' WHEN 'c' THEN 'ck_' ELSE 'ex_' END
            || c.relname)""",
    # A foreign key without an index: deleting or locking its target reads the whole table.
    "N03": """
        SELECT k.conname FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
        WHERE k.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index AS x WHERE x.indrelid = k.conrelid
            AND (SELECT array_agg(col ORDER BY col) FROM unnest(k.conkey) AS col) <@
                (SELECT array_agg(col) FROM unnest((x.indkey::int2[])[0:cardinality(k.conkey) - 1]) AS col))""",
}

# For each rule, what breaks it. Run in a clone of its own, as the administrator.
BREAKS: Final[dict[str, str]] = {
    "R01": "GRANT movehub_owner TO movehub_worker",
    "R02": "ALTER TABLE app.trucks OWNER TO movehub_app",
    "R03": "ALTER TABLE app.trucks OWNER TO CURRENT_USER",
    "R04": "ALTER TABLE app.trucks NO FORCE ROW LEVEL SECURITY",
    "R05": "DO $$ DECLARE v text; BEGIN FOR v IN SELECT polname FROM pg_policy WHERE polrelid = 'app.trucks'::regclass "
    "LOOP EXECUTE format('DROP POLICY %I ON app.trucks', v); END LOOP; END $$",
    "R06": "ALTER TABLE app.trucks DISABLE ROW LEVEL SECURITY",
    "R07": "CREATE POLICY trucks_open ON app.trucks FOR SELECT TO movehub_customer USING (true)",
    "R08": "CREATE POLICY trucks_bare ON app.trucks FOR SELECT TO movehub_customer "
    "USING (org_id = current_setting('app.current_org_id', true)::uuid)",
    "R09": "DROP POLICY trucks_mover_update ON app.trucks; CREATE POLICY trucks_mover_update ON app.trucks "
    "FOR UPDATE TO movehub_mover USING (org_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::uuid))",
    "R10": "CREATE VIEW app.all_trucks AS SELECT * FROM app.trucks",
    "R11": "CREATE MATERIALIZED VIEW app.kept AS SELECT 1 AS a; GRANT SELECT ON app.kept TO movehub_mover",
    "R12": "CREATE TABLE app.parts (org_id uuid) PARTITION BY LIST (org_id); "
    "CREATE TABLE app.part PARTITION OF app.parts DEFAULT; GRANT SELECT ON app.part TO movehub_mover",
    "R13": "GRANT TRUNCATE ON app.trucks TO movehub_mover",
    "R14": "CREATE FUNCTION app.peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM app.trucks'",
    "R15": "ALTER TABLE app.bookings ADD truck_id uuid; ALTER TABLE app.quotes ADD CONSTRAINT uq_quotes_id UNIQUE (id); "
    "ALTER TABLE app.bookings ADD CONSTRAINT fk_bookings_truck_id FOREIGN KEY (truck_id) REFERENCES app.quotes (id)",
    "R16": "ALTER TABLE app.trucks ADD CONSTRAINT uq_trucks_license_plate UNIQUE (license_plate)",
    "R17": "CREATE TABLE app.loose (org_id uuid NOT NULL, id uuid PRIMARY KEY)",
    "R18": "GRANT CREATE ON SCHEMA app TO PUBLIC",
    "R19": "CREATE FUNCTION app.quiet(int) RETURNS int LANGUAGE sql LEAKPROOF AS 'SELECT $1'",
    "R20": "CREATE TABLE app.stray (id uuid PRIMARY KEY)",
    "N01": "CREATE POLICY trucks_again ON app.trucks FOR SELECT TO movehub_mover "
    "USING (org_id = (SELECT nullif(current_setting('app.current_org_id', true), '')::uuid))",
    "N02": "ALTER TABLE app.trucks RENAME CONSTRAINT ck_trucks_capacity TO capacity_check",
    "N03": "DROP INDEX app.ix_members_user_id",
}
# Undone afterwards: roles belong to the whole server, not to the clone.
MENDS: Final = {"R01": "REVOKE movehub_owner FROM movehub_worker"}
