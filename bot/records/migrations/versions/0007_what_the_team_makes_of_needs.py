"""What the team makes of needs

Patterns that were read, the learnings they led to, what people are told. Steps are guarded like looks: rows can only be
added.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('learnings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sees', sa.Text(), nullable=False),
    sa.Column('condition', sa.String(length=20), nullable=False),
    sa.Column('owner', sa.String(length=200), nullable=False),
    sa.Column('tries', sa.Text(), nullable=False),
    sa.Column('change', sa.String(length=20), nullable=True),
    sa.Column('changed', sa.Text(), nullable=True),
    sa.Column('topic', sa.String(length=60), nullable=True),
    sa.Column('begun_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_learnings'))
    )
    op.create_table('patterns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.String(length=60), nullable=False),
    sa.Column('before', sa.Integer(), nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.Column('learning_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['learning_id'], ['learnings.id'], name=op.f('fk_patterns_learning_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_patterns'))
    )
    op.create_index(op.f('ix_patterns_topic'), 'patterns', ['topic'])
    op.create_index(op.f('ix_patterns_learning_id'), 'patterns', ['learning_id'])
    op.create_table('tellings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('learning_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['learning_id'], ['learnings.id'], name=op.f('fk_tellings_learning_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tellings')),
    sa.UniqueConstraint('learning_id', 'language', name=op.f('uq_tellings_learning_id_language'))
    )
    op.create_table('steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('pattern_id', sa.Integer(), nullable=True),
    sa.Column('learning_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['learning_id'], ['learnings.id'], name=op.f('fk_steps_learning_id')),
    sa.ForeignKeyConstraint(['pattern_id'], ['patterns.id'], name=op.f('fk_steps_pattern_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_steps')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_steps_learning_id'), 'steps', ['learning_id'])
    op.create_index(op.f('ix_steps_pattern_id'), 'steps', ['pattern_id'])
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER steps_no_{what.lower()} BEFORE {what} ON steps "
                "BEGIN SELECT RAISE(ABORT, 'steps are only ever added'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION steps_only_added() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'steps are only ever added'; END $$ LANGUAGE plpgsql"
    )
    op.execute("CREATE TRIGGER steps_only_added BEFORE UPDATE OR DELETE ON steps "
               "FOR EACH ROW EXECUTE FUNCTION steps_only_added()")


def downgrade() -> None:
    if op.get_bind().dialect.name != 'sqlite':
        op.execute("DROP TRIGGER steps_only_added ON steps")
        op.execute("DROP FUNCTION steps_only_added")
    op.drop_table('steps')
    op.drop_table('tellings')
    op.drop_table('patterns')
    op.drop_table('learnings')
