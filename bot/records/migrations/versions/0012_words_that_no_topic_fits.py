"""Words that no topic fits are found by week

An index of the few needs that new themes are found in, so that nobody has to look through all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

IN_WORDS = sa.text('words IS NOT NULL AND topic IS NULL')


def upgrade() -> None:
    op.create_index('ix_needs_words', 'needs', ['week', 'id'], sqlite_where=IN_WORDS, postgresql_where=IN_WORDS)


def downgrade() -> None:
    op.drop_index('ix_needs_words', 'needs')
