"""Tables that only grow: the database itself refuses to change what is written."""

from odoo.tools import SQL

GUARD = """
    CREATE OR REPLACE FUNCTION integration_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
              MESSAGE = 'the audit log only grows: ' || TG_OP || ' of ' || TG_TABLE_NAME || ' refused';
    END $$;
    DROP TRIGGER IF EXISTS %(guard)s ON %(table)s;
    CREATE TRIGGER %(guard)s BEFORE UPDATE OR DELETE OR TRUNCATE ON %(table)s
        FOR EACH STATEMENT EXECUTE FUNCTION integration_audit_refuse();
    ALTER TABLE %(table)s ENABLE ALWAYS TRIGGER %(guard)s;
"""


def guard(cr, table):
    """Let the database refuse UPDATE, DELETE and TRUNCATE of a table, also to the ORM.

    Always, that is also to a session in replica mode. A column that is added to such a
    table later must have no default, since filling it in would be an UPDATE.
    """
    cr.execute(SQL(GUARD, table=SQL.identifier(table), guard=SQL.identifier(f"{table}_guard")))
