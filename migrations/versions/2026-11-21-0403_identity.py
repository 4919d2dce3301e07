"""People who sign in with a password, their companies and sessions.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db.rls import A_PERSON, CURRENT_USER, EVERY_ROW, OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "identity_0001"
down_revision = "customers_0001"
branch_labels = None
depends_on = None

MOVER, SIGNIN, STAFF, WORKER = Audience.MOVER, Audience.SIGNIN, Audience.STAFF, Audience.WORKER
IS_STAFF = f"{SIGNED_IN_STAFF} AND staff_role IS NOT NULL"
KEY_USE = ("org_id", "id", "secret_hash", "previous_hash", "last_used_at", "previous_used_at")
POLICIES = {
    "users": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(MOVER, "select", f"id = {CURRENT_USER}"),
        Allow(MOVER, "update", f"id = {CURRENT_USER}", columns=("full_name", "version", "updated_at")),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        # Staff make and change staff; which of them may, the program says.
        Allow(STAFF, "insert", IS_STAFF),
        Allow(STAFF, "update", IS_STAFF, columns=("full_name", "staff_role", "disabled_at", "version", "updated_at")),
        Allow(WORKER, "select", EVERY_ROW, columns=("id", "sealed_email", "email_index", "full_name", "staff_role")),
        # After a change of the sealing key.
        Allow(WORKER, "update", EVERY_ROW, columns=("sealed_email",)),
    ],
    "members": [
        Allow(SIGNIN, "select", f"user_id = {CURRENT_USER} OR {OWN_COMPANY}"),
        Allow(SIGNIN, "insert delete", OWN_COMPANY),
        Allow(SIGNIN, "update", OWN_COMPANY, columns=("role", "deactivated_at")),
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "invitations": [
        Allow(SIGNIN, "select insert", OWN_COMPANY),
        Allow(SIGNIN, "update", OWN_COMPANY, columns=("token_hash", "expires_at", "accepted_at", "revoked_at")),
        Allow(WORKER, "select", OWN_COMPANY),
        Allow(WORKER, "update", OWN_COMPANY, columns=("sealed_email",)),
    ],
    "login_sessions": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(MOVER, "select update", f"user_id = {CURRENT_USER}"),
        Allow(STAFF, "select update", f"user_id = {CURRENT_USER} OR (current_org_id IS NULL AND {SIGNED_IN_STAFF})"),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "refresh_tokens": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "mail_tokens": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(STAFF, "insert", SIGNED_IN_STAFF),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "second_factors": [
        Allow(SIGNIN, "select insert update delete", EVERY_ROW),
        Allow(WORKER, "select", EVERY_ROW, columns=("user_id", "sealed_secret")),
        Allow(WORKER, "update", EVERY_ROW, columns=("sealed_secret",)),
    ],
    "recovery_codes": [Allow(SIGNIN, "select insert update delete", EVERY_ROW)],
    "second_factor_challenges": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "api_keys": [
        # A key is nobody, and so makes and changes none, whatever a route lets it do.
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(MOVER, "insert update", f"{OWN_COMPANY} AND {A_PERSON}"),
        # When a key was used is told by the program, beside the request.
        Allow(SIGNIN, "select", OWN_COMPANY, columns=KEY_USE),
        Allow(SIGNIN, "update", OWN_COMPANY, columns=("last_used_at", "previous_used_at")),
        Allow(WORKER, "select", OWN_COMPANY, columns=("org_id", "id", "name")),
    ],
    "sign_in_policies": [
        Allow(SIGNIN, "select insert update", OWN_COMPANY),
        Allow(MOVER, "select", OWN_COMPANY),
    ],
}

# Runs in the first round trip of a member's or staff's transaction, as the caller's own audience: what it may
# see decides. SQLSTATE MH401 becomes a 401, MH403 a 403: a session that may only enrol. A role that was changed ends the sessions that still claim the old one.
REQUIRE_LOGIN_SESSION = """
CREATE FUNCTION app.require_login_session(p_session uuid, p_role text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_enrol_only_since timestamptz;
    v_org uuid;
    v_user uuid;
BEGIN
    SELECT s.enrol_only_since, s.current_org_id, s.user_id INTO v_enrol_only_since, v_org, v_user FROM app.login_sessions AS s JOIN app.users AS u ON u.id = s.user_id
        WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > p_now AND u.disabled_at IS NULL
        AND CASE WHEN s.current_org_id IS NULL THEN u.staff_role IS NOT NULL AND p_role = 'staff'
            ELSE EXISTS (SELECT 1 FROM app.members AS m
                WHERE m.org_id = s.current_org_id AND m.user_id = s.user_id AND m.role = p_role
                    AND m.deactivated_at IS NULL) END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'MH401';
    END IF;
    IF v_enrol_only_since IS NOT NULL THEN
        RAISE EXCEPTION 'the session may only enrol a second factor' USING ERRCODE = 'MH403';
    END IF;
    -- Which jobs a driver sees (rls.OWN_JOBS); nobody's, while nobody has said which of the crew they are.
    IF p_role = 'driver' THEN
        PERFORM set_config('app.current_driver_id', coalesce((SELECT d.id FROM app.drivers AS d
            WHERE d.org_id = v_org AND d.user_id = v_user), '00000000-0000-0000-0000-000000000000')::text, true);
    END IF;
END
$$
"""


# As above, for an API key of the transaction's company: MH402 becomes a 401, MH405 a 403.
REQUIRE_API_KEY = """
CREATE FUNCTION app.require_api_key(p_key uuid, p_secret text, p_scope text, p_now timestamptz) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_scopes text[];
BEGIN
    SELECT k.scopes INTO v_scopes FROM app.api_keys AS k JOIN app.organizations AS o ON o.id = k.org_id
        WHERE k.id = p_key AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > p_now)
        AND (k.secret_hash = decode(p_secret, 'hex')
            OR (k.previous_hash = decode(p_secret, 'hex') AND k.previous_ends_at > p_now))
        AND o.status <> 'suspended';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the key does not live' USING ERRCODE = 'MH402';
    END IF;
    IF p_scope IS NOT NULL AND p_scope <> ALL (v_scopes) THEN
        RAISE EXCEPTION 'the key has not this scope' USING ERRCODE = 'MH405';
    END IF;
END
$$
"""


def _role() -> sa.Column[str]:
    roles = ("owner", "manager", "dispatcher", "driver", "accountant")
    kind = sa.Enum(*roles, name="role", native_enum=False, create_constraint=True, length=40)
    return sa.Column("role", kind, nullable=False)


def _email() -> tuple[sa.Column[bytes], sa.Column[bytes]]:
    index = "HMAC of the address, keyed with the pepper"
    return (
        sa.Column("sealed_email", sa.LargeBinary(), nullable=False, comment="lower case, sealed for this row"),
        sa.Column("email_index", sa.LargeBinary(), nullable=False, comment=index),
    )


def create_invitations() -> None:
    op.create_table(
        "invitations",
        *_email(),
        _role(),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the link's token"),
        sa.Column("invited_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True, comment="null: not accepted"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="null: not revoked"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_invitations_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_invited_by"), "invitations", ["invited_by"], unique=False)
    op.create_index(
        "uq_invitations_org_id_email_index",
        "invitations",
        ["org_id", "email_index"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
    )


def create_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False, comment="what it may do: app.kernel.scopes"),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the whole key"),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True, comment="null: never"),
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="to the minute; null: not since it was made or rotated",
        ),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True, comment="null: has its first secret"),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True, comment="of the secret before the rotation"),
        sa.Column(
            "previous_ends_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="until when the former secret is good too",
        ),
        sa.Column(
            "previous_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="as last_used_at, of the former secret",
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="null: not revoked"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_keys_scopes")),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name=op.f("ck_api_keys_secret_hash")),
        sa.CheckConstraint("(previous_hash IS NULL) = (previous_ends_at IS NULL)", name=op.f("ck_api_keys_previous")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_api_keys_org_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_api_keys_created_by")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_api_keys")),
    )
    op.create_index(op.f("ix_api_keys_created_by"), "api_keys", ["created_by"], unique=False)


def create_second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False, comment="base32, sealed for this user"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True, comment="null: not in force yet"),
        sa.Column("last_step", sa.BigInteger(), nullable=True, comment="the latest time step whose code was used"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factors_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column(
            "code_hash", sa.LargeBinary(), nullable=False, comment="HMAC of user and code, keyed with the pepper"
        ),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="null: not used"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_user_id"), "recovery_codes", ["user_id"], unique=False)
    op.create_table(
        "second_factor_challenges",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column(
            "transport",
            sa.Enum("bearer", "cookie", name="transport", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="wrong codes"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="null: not answered"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_factor_challenges_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor_challenges")),
    )
    op.create_index(
        "ix_second_factor_challenges_user_id", "second_factor_challenges", ["user_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_second_factor_challenges_expires_at"), "second_factor_challenges", ["expires_at"], unique=False
    )
    op.create_table(
        "sign_in_policies",
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("second_factor_required", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_sign_in_policies_org_id")),
        sa.PrimaryKeyConstraint("org_id", name=op.f("pk_sign_in_policies")),
    )


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.UUID(), nullable=False),
        *_email(),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="Argon2id, parameters inside"),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column(
            "staff_role",
            sa.Enum(
                "reviewer",
                "support",
                "admin",
                name="staff_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="null: not staff",
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True, comment="null: may sign in"),
        sa.Column(
            "email_verified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: nobody has shown to read its mail",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_index", name=op.f("uq_users_email_index")),
    )
    op.create_table(
        "members",
        sa.Column("user_id", sa.UUID(), nullable=False),
        _role(),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True, comment="null: may act for the company"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_members_org_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_members_user_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_members")),
        sa.UniqueConstraint("org_id", "user_id", name=op.f("uq_members_org_id_user_id")),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"], unique=False)
    create_invitations()
    op.create_table(
        "login_sessions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("current_org_id", sa.UUID(), nullable=True, comment="the company acted for; null: staff"),
        sa.Column(
            "transport",
            sa.Enum("bearer", "cookie", name="transport", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("user_agent", sa.Text(), nullable=False, comment="as the client named itself, shortened"),
        sa.Column(
            "network",
            sa.Text(),
            nullable=False,
            comment="where the sign-in came from: the /24 or /48, never the address",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="null: live"),
        sa.Column(
            "enrol_only_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: whole; else it may do nothing but enrol the second factor that is demanded",
        ),
        sa.Column(
            "proved_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the person last proved to be there",
        ),
        sa.ForeignKeyConstraint(
            ["current_org_id"], ["organizations.id"], name=op.f("fk_login_sessions_current_org_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_login_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_sessions")),
    )
    op.create_index(op.f("ix_login_sessions_current_org_id"), "login_sessions", ["current_org_id"], unique=False)
    op.create_index(op.f("ix_login_sessions_user_id"), "login_sessions", ["user_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="null: not spent"),
        sa.Column("child_id", sa.UUID(), nullable=True, comment="the token it was spent for"),
        sa.ForeignKeyConstraint(["session_id"], ["login_sessions.id"], name=op.f("fk_refresh_tokens_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False)
    op.create_table(
        "mail_tokens",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=True, comment="null: asked for an address that has no account"),
        sa.Column(
            "purpose",
            sa.Enum(
                "verify_email",
                "change_email",
                "reset_password",
                name="mail_purpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="null: not spent"),
        sa.Column(
            "sealed_new_email",
            sa.LargeBinary(),
            nullable=True,
            comment="where a link that changes the address was sent, sealed for this row",
        ),
        sa.Column(
            "sealed_former_email",
            sa.LargeBinary(),
            nullable=True,
            comment="which address was changed by it, sealed for this row",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mail_tokens_token_hash")),
    )
    op.create_index(op.f("ix_mail_tokens_expires_at"), "mail_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_mail_tokens_user_id"), "mail_tokens", ["user_id"], unique=False)
    create_second_factors()
    create_api_keys()
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(REQUIRE_LOGIN_SESSION)
    op.execute(REQUIRE_API_KEY)


def downgrade() -> None:
    op.execute("DROP FUNCTION app.require_api_key")
    op.execute("DROP FUNCTION app.require_login_session")
    for table in reversed(POLICIES):
        op.drop_table(table)
