from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.actor import Role
from app.modules.identity.values import MailPurpose, StaffRole, Transport
from app.runtime.db.base import Id, Model, Tenant, Versioned, enum_column


class User(Model, Versioned):
    """A person who signs in with a password: a member of companies, or the platform's staff."""

    __tablename__ = "users"

    id: Mapped[Id]
    sealed_email: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="lower case, sealed for this row")
    email_index: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="HMAC of the address, keyed with the pepper")
    password_hash: Mapped[str] = mapped_column(comment="Argon2id, parameters inside")
    full_name: Mapped[str]
    staff_role: Mapped[StaffRole | None] = mapped_column(
        enum_column(StaffRole, "staff_role"), comment="null: not staff"
    )
    disabled_at: Mapped[datetime | None] = mapped_column(comment="null: may sign in")
    email_verified_at: Mapped[datetime | None] = mapped_column(comment="null: nobody has shown to read its mail")

    __table_args__ = (sa.UniqueConstraint("email_index"),)


class Member(Tenant, Model):
    """A user's place in a company."""

    __tablename__ = "members"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"))
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None] = mapped_column(comment="null: may act for the company")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "user_id"),
        sa.Index("ix_members_user_id", "user_id"),
    )


class Invitation(Tenant, Model):
    """Somebody is asked to become a member, by a link that is mailed to them."""

    __tablename__ = "invitations"

    sealed_email: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="lower case, sealed for this row")
    email_index: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="HMAC of the address, keyed with the pepper")
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="SHA-256 of the link's token")
    invited_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None] = mapped_column(comment="null: not accepted")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="null: not revoked")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.Index(
            "uq_invitations_org_id_email_index",
            "org_id",
            "email_index",
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )


class LoginSession(Model):
    """One sign-in on one device: the family of its refresh tokens."""

    __tablename__ = "login_sessions"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    current_org_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organizations.id"), index=True, comment="the company acted for; null: staff"
    )
    transport: Mapped[Transport] = mapped_column(enum_column(Transport, "transport"))
    user_agent: Mapped[str] = mapped_column(comment="as the client named itself, shortened")
    network: Mapped[str] = mapped_column(comment="where the sign-in came from: the /24 or /48, never the address")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(comment="null: live")
    enrol_only_since: Mapped[datetime | None] = mapped_column(
        comment="null: whole; else it may do nothing but enrol the second factor that is demanded"
    )
    proved_at: Mapped[datetime | None] = mapped_column(comment="when the person last proved to be there")


class RefreshToken(Model):
    """One link of a family: spent once, for one child."""

    __tablename__ = "refresh_tokens"

    id: Mapped[Id]
    session_id: Mapped[UUID] = mapped_column(sa.ForeignKey("login_sessions.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="SHA-256 of the token")
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(comment="null: not spent")
    child_id: Mapped[UUID | None] = mapped_column(comment="the token it was spent for")

    __table_args__ = (sa.UniqueConstraint("token_hash"),)


class MailToken(Model):
    """A link that was mailed, good once and for a while."""

    __tablename__ = "mail_tokens"

    id: Mapped[Id]
    user_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="null: asked for an address that has no account"
    )
    purpose: Mapped[MailPurpose] = mapped_column(enum_column(MailPurpose, "mail_purpose"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="SHA-256 of the token")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(comment="null: not spent")
    sealed_new_email: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="where a link that changes the address was sent, sealed for this row"
    )
    sealed_former_email: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="which address was changed by it, sealed for this row"
    )

    __table_args__ = (sa.UniqueConstraint("token_hash"),)


class SecondFactor(Model):
    """A user's authenticator app."""

    __tablename__ = "second_factors"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    sealed_secret: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="base32, sealed for this user")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None] = mapped_column(comment="null: not in force yet")
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger, comment="the latest time step whose code was used")


class RecoveryCode(Model):
    """Takes the app's place once."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="HMAC of user and code, keyed with the pepper")
    used_at: Mapped[datetime | None] = mapped_column(comment="null: not used")


class SecondFactorChallenge(Model):
    """A sign-in whose password was right and whose second factor is awaited."""

    __tablename__ = "second_factor_challenges"

    id: Mapped[Id]
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"))
    transport: Mapped[Transport] = mapped_column(enum_column(Transport, "transport"))
    attempts: Mapped[int] = mapped_column(comment="wrong codes")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(comment="null: not answered")

    __table_args__ = (sa.Index("ix_second_factor_challenges_user_id", "user_id", "created_at"),)


class SignInPolicy(Model):
    """What a company demands of its members' sign-ins; no row: nothing."""

    __tablename__ = "sign_in_policies"

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organizations.id"), primary_key=True)
    second_factor_required: Mapped[bool]
    updated_at: Mapped[datetime]


class ApiKey(Tenant, Model):
    """What a company's own program calls with. Of its secrets there are hashes alone, two while it is rotated."""

    __tablename__ = "api_keys"

    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(comment="what it may do: app.kernel.scopes")
    secret_hash: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="SHA-256 of the whole key")
    created_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(comment="null: never")
    last_used_at: Mapped[datetime | None] = mapped_column(
        comment="to the minute; null: not since it was made or rotated"
    )
    rotated_at: Mapped[datetime | None] = mapped_column(comment="null: has its first secret")
    previous_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary, comment="of the secret before the rotation")
    previous_ends_at: Mapped[datetime | None] = mapped_column(comment="until when the former secret is good too")
    previous_used_at: Mapped[datetime | None] = mapped_column(comment="as last_used_at, of the former secret")
    revoked_at: Mapped[datetime | None] = mapped_column(comment="null: not revoked")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        sa.CheckConstraint("octet_length(secret_hash) = 32", name="secret_hash"),
        sa.CheckConstraint("(previous_hash IS NULL) = (previous_ends_at IS NULL)", name="previous"),
    )
