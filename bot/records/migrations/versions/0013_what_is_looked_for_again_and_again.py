"""What is looked for again and again is found by an index

Messages without an answer are looked for every two seconds, conversations that are to leave no trace every minute, messages
of the last hour whenever somebody asks for figures. SQLite takes an index of part of a table only where the query says the
same as the index, and a query says "awaiting = 1".
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

AWAITING = {'sqlite_where': sa.text('awaiting = 1'), 'postgresql_where': sa.text('awaiting')}
NO_TRACE = {'sqlite_where': sa.text('no_trace = 1'), 'postgresql_where': sa.text('no_trace')}
BEFORE = {'sqlite_where': sa.text('awaiting'), 'postgresql_where': sa.text('awaiting')}


def upgrade() -> None:
    op.drop_index('ix_messages_unanswered', 'messages')
    op.create_index('ix_messages_unanswered', 'messages', ['id'], **AWAITING)
    op.create_index('ix_messages_created_at', 'messages', ['created_at'])
    op.create_index('ix_conversations_no_trace', 'conversations', ['id'], **NO_TRACE)


def downgrade() -> None:
    op.drop_index('ix_conversations_no_trace', 'conversations')
    op.drop_index('ix_messages_created_at', 'messages')
    op.drop_index('ix_messages_unanswered', 'messages')
    op.create_index('ix_messages_unanswered', 'messages', ['id'], **BEFORE)
