"""A named person who stays

What contacts have in hand stays with them, and they see what they saw. Working hours become a list of shifts. The log of
looks is guarded by triggers: rows can only be added.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('looks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=200), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('conversation_id', sa.String(length=36), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_looks')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('looks', schema=None) as batch_op:
        batch_op.create_index('ix_looks_conversation_id', ['conversation_id'], unique=False)

    op.create_table('pulses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('question', sa.String(length=20), nullable=False),
    sa.Column('answer', sa.String(length=10), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('place', sa.String(length=40), nullable=True),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pulses'))
    )
    op.create_table('absences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('stand_in_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_absences_staff_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['stand_in_id'], ['staff.id'], name=op.f('fk_absences_stand_in_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absences'))
    )
    with op.batch_alter_table('absences', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absences_staff_id'), ['staff_id'], unique=False)

    op.create_table('notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('made_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('next_try_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('sent_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_notices_staff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.create_index('ix_notices_unsent', ['id'], unique=False, sqlite_where=sa.text('sent_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL'))

    op.create_table('helpers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('agreed', sa.Boolean(), nullable=True),
    sa.Column('asked_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_helpers_handoff_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_helpers_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_helpers'))
    )
    with op.batch_alter_table('helpers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_helpers_handoff_id'), ['handoff_id'], unique=False)

    op.create_table('moves',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.Column('at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=200), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_moves_handoff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moves'))
    )
    with op.batch_alter_table('moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_moves_handoff_id'), ['handoff_id'], unique=False)

    op.create_table('notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_notes_handoff_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_notes_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes'))
    )
    with op.batch_alter_table('notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notes_handoff_id'), ['handoff_id'], unique=False)

    op.create_table('offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('made_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('sees_from', sa.Integer(), nullable=False),
    sa.Column('why', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['staff.id'], name=op.f('fk_offers_contact_id')),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_offers_handoff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers'))
    )
    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_offers_handoff_id'), ['handoff_id'], unique=False)

    op.create_table('reminders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('handoff_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('due_at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('rung_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.Column('done_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['handoff_id'], ['handoffs.id'], name=op.f('fk_reminders_handoff_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reminders_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders'))
    )
    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminders_handoff_id'), ['handoff_id'], unique=False)

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pending_question', sa.String(length=12), nullable=True))

    with op.batch_alter_table('handoffs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('owner_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('shared', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('hopes', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('strengths', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('reach', sa.String(length=10), nullable=False, server_default='here'))
        batch_op.add_column(sa.Column('phone', bot.records.tables.Encrypted(), nullable=True))
        batch_op.add_column(sa.Column('interpreter_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('offered_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('answered_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('citizen_wrote_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('contact_wrote_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('alarmed_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('sees_from', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('pulse', sa.String(length=20), nullable=True))
        batch_op.create_index('ix_handoffs_owner_id', ['owner_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_handoffs_owner_id'), 'staff', ['owner_id'], ['id'])
    with op.batch_alter_table('messages', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.add_column(sa.Column('handoff_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('delivered_at', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_messages_handoff_id'), ['handoff_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_messages_handoff_id'), 'handoffs', ['handoff_id'], ['id'], ondelete='CASCADE')

    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('theme', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=12), nullable=True))

    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('capacity', sa.Integer(), nullable=False, server_default='10'))
        batch_op.add_column(sa.Column('duty_team', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('photo', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('has_photo', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('notify', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('totp_secret', bot.records.tables.Encrypted(), nullable=True))
        batch_op.add_column(sa.Column('totp_used', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('failed_sign_ins', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('locked_until', bot.records.tables.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('subject', sa.String(length=400), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_staff_subject'), ['subject'])

    _keep_what_contacts_have()
    with op.batch_alter_table('handoffs', schema=None) as batch_op:
        batch_op.drop_column('why')
        batch_op.drop_column('shares_conversation')
        batch_op.drop_column('first_message_id')
    _hours(lambda hours: [hours] if isinstance(hours, dict) else hours)
    _guard_looks()


def _keep_what_contacts_have() -> None:
    op.execute("UPDATE handoffs SET owner_id = contact_id WHERE accepted_at IS NOT NULL")
    op.execute("UPDATE handoffs SET offered_at = requested_at")
    op.execute(
        "UPDATE messages SET handoff_id = (SELECT h.id FROM handoffs h WHERE h.conversation_id = messages.conversation_id "
        "AND h.closed_at IS NULL AND (h.shares_conversation OR messages.id > h.first_message_id))"
    )


def _hours(change) -> None:
    staff = sa.table('staff', sa.column('id', sa.Integer), sa.column('hours', sa.JSON))
    connection = op.get_bind()
    for staff_id, hours in connection.execute(sa.select(staff.c.id, staff.c.hours)).all():
        connection.execute(staff.update().where(staff.c.id == staff_id).values(hours=change(hours)))


def _guard_looks() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER looks_no_{what.lower()} BEFORE {what} ON looks "
                "BEGIN SELECT RAISE(ABORT, 'the log of looks is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION looks_only_added() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'the log of looks is only ever added to'; END $$ LANGUAGE plpgsql"
    )
    op.execute("CREATE TRIGGER looks_only_added BEFORE UPDATE OR DELETE ON looks "
               "FOR EACH ROW EXECUTE FUNCTION looks_only_added()")


def downgrade() -> None:
    _hours(lambda hours: hours[0] if isinstance(hours, list) and hours else hours)
    if op.get_bind().dialect.name != 'sqlite':
        op.execute("DROP TRIGGER looks_only_added ON looks")
        op.execute("DROP FUNCTION looks_only_added")
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_staff_subject'), type_='unique')
        batch_op.drop_column('subject')
        batch_op.drop_column('locked_until')
        batch_op.drop_column('failed_sign_ins')
        batch_op.drop_column('totp_used')
        batch_op.drop_column('totp_secret')
        batch_op.drop_column('notify')
        batch_op.drop_column('has_photo')
        batch_op.drop_column('photo')
        batch_op.drop_column('duty_team')
        batch_op.drop_column('capacity')

    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.drop_column('outcome')
        batch_op.drop_column('theme')

    with op.batch_alter_table('messages', schema=None, table_kwargs={'sqlite_autoincrement': True}) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_messages_handoff_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_messages_handoff_id'))
        batch_op.drop_column('delivered_at')
        batch_op.drop_column('handoff_id')

    with op.batch_alter_table('handoffs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_message_id', sa.INTEGER(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('shares_conversation', sa.BOOLEAN(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('why', sa.VARCHAR(length=300), nullable=False, server_default=''))
        batch_op.drop_constraint(batch_op.f('fk_handoffs_owner_id'), type_='foreignkey')
        batch_op.drop_index('ix_handoffs_owner_id')
        batch_op.drop_column('pulse')
        batch_op.drop_column('sees_from')
        batch_op.drop_column('alarmed_at')
        batch_op.drop_column('contact_wrote_at')
        batch_op.drop_column('citizen_wrote_at')
        batch_op.drop_column('answered_at')
        batch_op.drop_column('offered_at')
        batch_op.drop_column('interpreter_at')
        batch_op.drop_column('phone')
        batch_op.drop_column('reach')
        batch_op.drop_column('strengths')
        batch_op.drop_column('hopes')
        batch_op.drop_column('shared')
        batch_op.drop_column('owner_id')
        batch_op.drop_column('version')

    with op.batch_alter_table('conversations', schema=None) as batch_op:
        batch_op.drop_column('pending_question')

    with op.batch_alter_table('reminders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminders_handoff_id'))

    op.drop_table('reminders')
    with op.batch_alter_table('offers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_offers_handoff_id'))

    op.drop_table('offers')
    with op.batch_alter_table('notes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notes_handoff_id'))

    op.drop_table('notes')
    with op.batch_alter_table('moves', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_moves_handoff_id'))

    op.drop_table('moves')
    with op.batch_alter_table('helpers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_helpers_handoff_id'))

    op.drop_table('helpers')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_index('ix_notices_unsent', sqlite_where=sa.text('sent_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL'))

    op.drop_table('notices')
    with op.batch_alter_table('absences', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absences_staff_id'))

    op.drop_table('absences')
    op.drop_table('pulses')
    with op.batch_alter_table('looks', schema=None) as batch_op:
        batch_op.drop_index('ix_looks_conversation_id')

    op.drop_table('looks')
