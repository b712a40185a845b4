"""Needs that can be counted

A column for each condition of change, which SQL can add up; the part of town; whether children are affected. How people
are served, counted by week and language; and who wants to be told what changes.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

CONDITIONS = ('mental_models', 'relationships', 'power', 'resources', 'practices', 'policies')


def upgrade() -> None:
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('part', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('children', sa.String(length=8), nullable=True))
        for condition in CONDITIONS:
            column = sa.Column(f'condition_{condition}', sa.Boolean(), nullable=False, server_default=sa.false())
            batch_op.add_column(column)
    needs = _needs()
    for id_, chosen in op.get_bind().execute(sa.select(needs.c.id, needs.c.conditions)).all():
        flags = {f'condition_{condition}': condition in chosen for condition in CONDITIONS}
        op.execute(needs.update().where(needs.c.id == id_).values(**flags))
    with op.batch_alter_table('needs', schema=None) as batch_op:
        for condition in CONDITIONS:
            batch_op.alter_column(f'condition_{condition}', server_default=None)
        batch_op.drop_column('conditions')
    op.create_table('services',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_services')),
    sa.UniqueConstraint('week', 'kind', 'language', 'channel', name=op.f('uq_services_week_kind_language_channel'))
    )
    op.create_table('promises',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=False),
    sa.Column('told_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_promises_conversation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promises')),
    sa.UniqueConstraint('conversation_id', 'topic', name=op.f('uq_promises_conversation_id_topic'))
    )
    op.create_index(op.f('ix_promises_topic'), 'promises', ['topic'])


def downgrade() -> None:
    op.drop_table('promises')
    op.drop_table('services')
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('conditions', sa.JSON(), nullable=False, server_default='[]'))
    needs = _needs()
    flags = [needs.c[f'condition_{condition}'] for condition in CONDITIONS]
    for id_, *has in op.get_bind().execute(sa.select(needs.c.id, *flags)).all():
        chosen = [condition for condition, given in zip(CONDITIONS, has, strict=True) if given]
        op.execute(needs.update().where(needs.c.id == id_).values(conditions=chosen))
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.alter_column('conditions', server_default=None)
        for condition in CONDITIONS:
            batch_op.drop_column(f'condition_{condition}')
        batch_op.drop_column('children')
        batch_op.drop_column('part')


def _needs() -> sa.TableClause:
    flags = [sa.column(f'condition_{condition}', sa.Boolean()) for condition in CONDITIONS]
    return sa.table('needs', sa.column('id', sa.Integer()), sa.column('conditions', sa.JSON()), *flags)
