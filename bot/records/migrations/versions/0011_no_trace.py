"""Conversations of which no trace is to stay"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('no_trace', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.alter_column('no_trace', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('no_trace')
