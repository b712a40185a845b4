"""What is turned off

The log of it is guarded by triggers: rows can only be added.
"""

import sqlalchemy as sa
from alembic import op

import bot.records.tables

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('switches',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', bot.records.tables.UtcDateTime(timezone=True), nullable=False),
    sa.Column('what', sa.String(length=80), nullable=False),
    sa.Column('off', sa.Boolean(), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_switches')),
    sqlite_autoincrement=True
    )
    if op.get_bind().dialect.name == 'sqlite':
        for what in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER switches_no_{what.lower()} BEFORE {what} ON switches "
                "BEGIN SELECT RAISE(ABORT, 'the log of switches is only ever added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION switches_only_added() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'the log of switches is only ever added to'; END $$ LANGUAGE plpgsql"
    )
    op.execute("CREATE TRIGGER switches_only_added BEFORE UPDATE OR DELETE ON switches "
               "FOR EACH ROW EXECUTE FUNCTION switches_only_added()")


def downgrade() -> None:
    op.drop_table('switches')
    if op.get_bind().dialect.name != 'sqlite':
        op.execute("DROP FUNCTION switches_only_added")
