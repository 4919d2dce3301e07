"""${message}

Why:
Locks, and for how long:
An interrupted run leaves:
Undo:

It works with the previous release running: add, then backfill by job, then enforce; stop using, then drop in
the next release. env.py has set lock_timeout and statement_timeout.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
