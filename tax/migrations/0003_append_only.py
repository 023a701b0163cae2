"""Triggers: evidence, answers of registers and filed returns stay as they were written."""

from django.db import migrations

APPEND_ONLY = ("locationevidence", "taxreturn", "exchangerate")

FUNCTIONS = """
CREATE FUNCTION tax_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused; record a new row instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;
"""


def append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON tax_{table}
            FOR EACH ROW EXECUTE FUNCTION tax_refuse_change();
        CREATE TRIGGER {table}_append_only_truncate BEFORE TRUNCATE ON tax_{table}
            FOR EACH STATEMENT EXECUTE FUNCTION tax_refuse_change();
        """,
        f"DROP TRIGGER {table}_append_only_truncate ON tax_{table};"
        f"DROP TRIGGER {table}_append_only ON tax_{table};",
    )


ANSWERED = """
CREATE TRIGGER tax_id_check_answer_is_final BEFORE UPDATE ON tax_taxidcheck
    FOR EACH ROW WHEN (OLD.state <> 'pending') EXECUTE FUNCTION tax_refuse_change();
CREATE TRIGGER tax_id_check_is_kept BEFORE DELETE ON tax_taxidcheck
    FOR EACH ROW EXECUTE FUNCTION tax_refuse_change();
"""
DROP_ANSWERED = """
DROP TRIGGER tax_id_check_is_kept ON tax_taxidcheck;
DROP TRIGGER tax_id_check_answer_is_final ON tax_taxidcheck;
"""


class Migration(migrations.Migration):
    dependencies = [("tax", "0002_registrations_facts_evidence")]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION tax_refuse_change();"),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(ANSWERED, DROP_ANSWERED),
    ]
