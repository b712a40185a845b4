"""What a household has told

The facts of a screening by conversation; they are deleted with it.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('households',
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('skipped', sa.JSON(), nullable=False),
    sa.Column('stage', sa.String(length=10), nullable=False),
    sa.Column('open', sa.String(length=60), nullable=True),
    sa.Column('misses', sa.Integer(), nullable=False),
    sa.Column('resting', sa.Boolean(), nullable=False),
    sa.Column('changed_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_households_conversation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_households'))
    )


def downgrade() -> None:
    op.drop_table('households')
