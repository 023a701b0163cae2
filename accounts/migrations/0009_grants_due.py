"""When the grant stage has work: set by the approval, moved on by the stage."""

from django.conf import settings
from django.db import migrations, models

FUNCTIONS = """
CREATE OR REPLACE FUNCTION move_exception() RETURNS trigger LANGUAGE plpgsql AS $$
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
        grant_due_at = CASE WHEN next_state = 'approved' AND state <> 'approved' THEN NEW.at
                            WHEN next_state = 'revoked' AND carried_out_at IS NULL THEN NULL
                            ELSE grant_due_at END,
        escalated_at = CASE WHEN NEW.verdict = 'escalate' THEN coalesce(escalated_at, NEW.at)
                            WHEN NEW.verdict = 'resubmit' THEN NULL ELSE escalated_at END
     WHERE id = NEW.request_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION check_exception_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['state', 'round', 'decided_at', 'escalated_at', 'reminded_at',
                         'carried_out_at', 'ended_at', 'outcome', 'ends_on', 'grant_due_at'];
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


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="exceptionrequest",
            name="exception_to_carry_out",
        ),
        migrations.RemoveIndex(
            model_name="exceptionrequest",
            name="exception_to_end",
        ),
        migrations.AddField(
            model_name="exceptionrequest",
            name="grant_due_at",
            field=models.DateTimeField(
                blank=True, help_text="When the grant stage has work; empty: none", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="exceptionrequest",
            index=models.Index(
                condition=models.Q(("grant_due_at__isnull", False)),
                fields=["grant_due_at", "id"],
                name="exception_grant_due",
            ),
        ),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
