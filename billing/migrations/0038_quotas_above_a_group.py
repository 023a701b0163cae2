"""The quotas that bind a group, in a function: answers about entitlements seldom need it and are quicker without."""

from django.db import migrations

CREATE = """
CREATE FUNCTION quotas_above(group_id_ uuid, subscription_id_ uuid, feature_id_ uuid, at_ timestamptz)
RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        WITH RECURSIVE above AS (
            SELECT id, external_id, parent_id FROM accounts_group WHERE id = group_id_
            UNION
            SELECT parent.id, parent.external_id, parent.parent_id
              FROM accounts_group AS parent JOIN above ON above.parent_id = parent.id)
        SELECT json_agg(json_build_array(above.external_id, quota.quantity,
                 (SELECT total.quantity FROM billing_usagetotal AS total
                   WHERE total.subscription_id = subscription_id_
                     AND total.feature_id = feature_id_
                     AND total.grantee_id IS NULL AND total.group_id = above.id
                     AND total.from_at <= at_ AND total.until_at > at_
                   ORDER BY total.from_at DESC LIMIT 1)) ORDER BY above.external_id)
          FROM above JOIN billing_quotaallocation AS quota
            ON quota.group_id = above.id AND quota.feature_id = feature_id_
           AND quota.subscription_id = subscription_id_);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0037_webhooks_we_send")]

    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION quotas_above(uuid, uuid, uuid, timestamptz);")
    ]
