"""Work that is done once, however many processes serve"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('leases',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.String(length=40), nullable=False),
    sa.Column('until', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('done_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leases'))
    )


def downgrade() -> None:
    op.drop_table('leases')
