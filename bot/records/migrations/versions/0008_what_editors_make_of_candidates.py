"""What editors make of candidates

Words that were not answered may become examples too, or be collected for a topic there is not yet.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('candidates', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moment', sa.String(length=20), nullable=False, server_default='picked'))
        batch_op.add_column(sa.Column('theme', sa.String(length=200), nullable=True))
        batch_op.alter_column('topic', existing_type=sa.String(length=60), nullable=True)
    with op.batch_alter_table('candidates', schema=None) as batch_op:
        batch_op.alter_column('moment', existing_type=sa.String(length=20), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM candidates WHERE topic IS NULL")
    with op.batch_alter_table('candidates', schema=None) as batch_op:
        batch_op.alter_column('topic', existing_type=sa.String(length=60), nullable=False)
        batch_op.drop_column('theme')
        batch_op.drop_column('moment')
