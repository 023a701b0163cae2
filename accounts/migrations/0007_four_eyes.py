"""Triggers: who asks does not decide, requests move by decisions alone, and what was said stays said."""

from django.db import migrations

APPEND_ONLY = (
    "accounts_exceptiondecision",
    "accounts_exceptioncomment",
    "accounts_exceptionattachment",
    "accounts_authoritymatrix",
    "accounts_authorityrule",
)

FUNCTIONS = """
CREATE SEQUENCE accounts_exception_number;

CREATE FUNCTION refuse_change_of_what_was_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused; add another row instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END $$;

CREATE FUNCTION check_exception_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked record;
    broken text;
BEGIN
    SELECT state, round, asked_by_id INTO asked
      FROM accounts_exceptionrequest WHERE id = NEW.request_id FOR UPDATE;
    broken := CASE
        WHEN NEW.verdict IN ('approve', 'reject', 'send_back') AND NEW.by_id = asked.asked_by_id
            THEN 'exception_requester_never_decides'
        WHEN NEW.verdict IN ('withdraw', 'resubmit') AND NEW.by_id <> asked.asked_by_id
            THEN 'exception_taken_back_by_who_asked'
        WHEN NEW.round <> asked.round THEN 'exception_decision_is_of_this_round'
        WHEN NOT CASE NEW.verdict
            WHEN 'resubmit' THEN asked.state = 'sent_back'
            WHEN 'withdraw' THEN asked.state IN ('requested', 'sent_back')
            WHEN 'expire' THEN asked.state IN ('requested', 'sent_back')
            WHEN 'revoke' THEN asked.state = 'approved'
            ELSE asked.state = 'requested' END
            THEN 'exception_decision_fits_its_state'
    END;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'decision % on a request that is %, round %: refused', NEW.verdict,
            asked.state, asked.round
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = broken,
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION move_exception() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    needed integer;
    agreed integer;
    next_state text;
BEGIN
    SELECT greatest(rule.approvers, 1) INTO needed
      FROM accounts_exceptionrequest AS asked JOIN accounts_authorityrule AS rule
        ON rule.id = asked.rule_id WHERE asked.id = NEW.request_id;
    SELECT count(*) INTO agreed FROM accounts_exceptiondecision
     WHERE request_id = NEW.request_id AND round = NEW.round AND verdict = 'approve';
    next_state := CASE NEW.verdict
        WHEN 'approve' THEN CASE WHEN agreed >= needed THEN 'approved' ELSE 'requested' END
        WHEN 'reject' THEN 'rejected'
        WHEN 'send_back' THEN 'sent_back'
        WHEN 'resubmit' THEN 'requested'
        WHEN 'withdraw' THEN 'withdrawn'
        WHEN 'revoke' THEN 'revoked'
        WHEN 'expire' THEN 'expired'
        ELSE 'requested' END;
    UPDATE accounts_exceptionrequest SET
        state = next_state,
        round = round + CASE WHEN NEW.verdict = 'resubmit' THEN 1 ELSE 0 END,
        decided_at = CASE WHEN next_state IN ('requested', 'sent_back') THEN NULL
                          WHEN NEW.verdict = 'revoke' THEN decided_at ELSE NEW.at END,
        escalated_at = CASE WHEN NEW.verdict = 'escalate' THEN coalesce(escalated_at, NEW.at)
                            WHEN NEW.verdict = 'resubmit' THEN NULL ELSE escalated_at END
     WHERE id = NEW.request_id;
    RETURN NULL;
END $$;

CREATE FUNCTION check_exception_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'round', 'decided_at', 'escalated_at', 'reminded_at',
                         'carried_out_at', 'ended_at', 'outcome', 'ends_on'];
    moved boolean := (NEW.state, NEW.round, NEW.decided_at, NEW.escalated_at)
        IS DISTINCT FROM (OLD.state, OLD.round, OLD.decided_at, OLD.escalated_at);
    broken text;
BEGIN
    broken := CASE
        WHEN to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN 'exception_stays_as_asked'
        WHEN moved AND pg_trigger_depth() < 2 THEN 'exception_moves_by_decision'
        WHEN NEW.ends_on IS DISTINCT FROM OLD.ends_on AND NEW.state <> 'revoked'
            THEN 'exception_ends_as_asked'
        WHEN OLD.carried_out_at IS NOT NULL AND NEW.carried_out_at IS DISTINCT FROM OLD.carried_out_at
            THEN 'exception_carried_out_once'
    END;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'exception %: change refused; write a decision or ask anew', OLD.number
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = broken,
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION check_exception_change();
DROP FUNCTION move_exception();
DROP FUNCTION check_exception_decision();
DROP FUNCTION refuse_change_of_what_was_said();
DROP SEQUENCE accounts_exception_number;
"""

TRIGGERS = """
CREATE TRIGGER exception_decision_is_allowed BEFORE INSERT ON accounts_exceptiondecision
    FOR EACH ROW EXECUTE FUNCTION check_exception_decision();
CREATE TRIGGER exception_decision_moves_request AFTER INSERT ON accounts_exceptiondecision
    FOR EACH ROW EXECUTE FUNCTION move_exception();
CREATE TRIGGER exception_stays_as_asked BEFORE UPDATE ON accounts_exceptionrequest
    FOR EACH ROW EXECUTE FUNCTION check_exception_change();
CREATE TRIGGER exception_stays BEFORE DELETE ON accounts_exceptionrequest
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_was_said();
"""

DROP_TRIGGERS = """
DROP TRIGGER exception_stays ON accounts_exceptionrequest;
DROP TRIGGER exception_stays_as_asked ON accounts_exceptionrequest;
DROP TRIGGER exception_decision_moves_request ON accounts_exceptiondecision;
DROP TRIGGER exception_decision_is_allowed ON accounts_exceptiondecision;
"""


def append_only(table: str) -> migrations.RunSQL:
    name = table.removeprefix("accounts_") + "_append_only"
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_was_said();
        CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_what_was_said();
        """,
        f"DROP TRIGGER {name}_truncate ON {table}; DROP TRIGGER {name} ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_exceptions")]

    operations = [
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        *[append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
    ]
