"""The same help by SMS

Phones, the conversations held from them, what came from them and what goes out to them.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('phones',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('number', bot.records.tables.Encrypted(), nullable=True),
    sa.Column('gateway', sa.String(length=20), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('introduced_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('stopped_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('wrote_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phones')),
    sa.UniqueConstraint('hash', name=op.f('uq_phones_hash'))
    )
    op.create_table('incoming',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('gateway_id', sa.String(length=100), nullable=False),
    sa.Column('phone_id', sa.Integer(), nullable=False),
    sa.Column('text', bot.records.tables.Encrypted(), nullable=True),
    sa.Column('reference', sa.Integer(), nullable=True),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('came_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('conversation_id', sa.String(length=36), nullable=True),
    sa.Column('done_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['phone_id'], ['phones.id'], name=op.f('fk_incoming_phone_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming')),
    sa.UniqueConstraint('gateway', 'gateway_id', 'part', name=op.f('uq_incoming_gateway_gateway_id_part')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('incoming', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incoming_phone_id'), ['phone_id'], unique=False)
        batch_op.create_index('ix_incoming_waiting', ['id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    op.create_table('lines',
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('phone_id', sa.Integer(), nullable=False),
    sa.Column('since', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_lines_conversation_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['phone_id'], ['phones.id'], name=op.f('fk_lines_phone_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_lines'))
    )
    with op.batch_alter_table('lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lines_phone_id'), ['phone_id'], unique=False)

    op.create_table('passages',
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('to', sa.String(length=10), nullable=False),
    sa.Column('until', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_passages_conversation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('hash', name=op.f('pk_passages'))
    )
    with op.batch_alter_table('passages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passages_conversation_id'), ['conversation_id'], unique=False)

    op.create_table('outgoing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('phone_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=True),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('direct', sa.Boolean(), nullable=False),
    sa.Column('always', sa.Boolean(), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=True),
    sa.Column('gateway_id', sa.String(length=100), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('made_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('held_until', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('next_try_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_outgoing_message_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['phone_id'], ['phones.id'], name=op.f('fk_outgoing_phone_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing')),
    sa.UniqueConstraint('reference', name=op.f('uq_outgoing_reference')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outgoing_gateway_id'), ['gateway_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outgoing_message_id'), ['message_id'], unique=False)
        batch_op.create_index('ix_outgoing_phone_id_id', ['phone_id', 'id'], unique=False)
        batch_op.create_index('ix_outgoing_queued', ['id'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))


def downgrade() -> None:
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.drop_index('ix_outgoing_queued', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_outgoing_phone_id_id')
        batch_op.drop_index(batch_op.f('ix_outgoing_message_id'))
        batch_op.drop_index(batch_op.f('ix_outgoing_gateway_id'))

    op.drop_table('outgoing')
    with op.batch_alter_table('passages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passages_conversation_id'))

    op.drop_table('passages')
    with op.batch_alter_table('lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lines_phone_id'))

    op.drop_table('lines')
    with op.batch_alter_table('incoming', schema=None) as batch_op:
        batch_op.drop_index('ix_incoming_waiting', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_incoming_phone_id'))

    op.drop_table('incoming')
    op.drop_table('phones')
