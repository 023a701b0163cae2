"""What must hold of what products hear: webhooks, the feed, and the answers both are about."""

from collections import Counter, defaultdict
from uuid import UUID

from billing.operations.verify_entitlements import verify_entitlements
from tests.chaos.scene import Findings, Scene, rows, told

WANTED = """
SELECT endpoint.url, change.id FROM billing_webhookendpoint endpoint
 CROSS JOIN accounts_entitlementchange change
 WHERE endpoint.removed_at IS NULL
   AND (endpoint.kinds = '{}' OR change.kind = ANY(endpoint.kinds))"""


def hooks_that_wait() -> Findings:
    """Changes no message was written for, and messages on their way or given up."""
    return told(
        """SELECT e.url, count(*) FROM billing_webhookendpoint e
             JOIN accounts_entitlementchange c ON (c.xid, c.id) > (e.heard_xid, e.heard_id)
            WHERE e.removed_at IS NULL AND (e.kinds = '{}' OR c.kind = ANY(e.kinds))
            GROUP BY e.url""",
        "{1} changes were not told to {0}",
    ) + told(
        """SELECT e.url, d.state, count(*) FROM billing_webhookdelivery d
             JOIN billing_webhookendpoint e ON e.id = d.endpoint_id
            WHERE d.state <> 'delivered' GROUP BY e.url, d.state""",
        "{2} webhooks to {0} are {1}",
    )


def changes_are_heard(scene: Scene) -> Findings:
    """Each change an endpoint wants was taken there, always under one webhook-id, and no other came."""
    if scene.heard is None:
        return []
    names: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one in scene.heard:
        for change in one.changes:
            names[one.url, change].add(one.webhook_id)
    taken = {(one.url, change) for one in scene.heard if one.is_taken for change in one.changes}
    wanted = {(url, change) for url, change in rows(WANTED)}
    return [
        *[f"change {change} was never taken at {url}" for url, change in wanted - taken],
        *[f"change {change} came to {url}, which does not want it" for url, change in set(names) - wanted],
        *[
            f"change {change} came to {url} under {len(ids)} webhook-ids"
            for (url, change), ids in names.items()
            if len(ids) > 1
        ],
    ]  # fmt: skip


def messages_are_genuine(scene: Scene) -> Findings:
    """Each is signed so that the manual's code believes it, and says the same with every attempt."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for one in scene.heard or ():
        bodies[one.webhook_id].add(one.body)
    return [
        *[f"{one.webhook_id} is not signed" for one in scene.heard or () if not one.is_signed],
        *[f"{name} came with {len(said)} bodies" for name, said in bodies.items() if len(said) > 1],
    ]


def deliveries_are_as_heard(scene: Scene) -> Findings:
    """A message is delivered only if its receiver took it, and each of its tries is in its log."""
    found = told(
        """SELECT d.id, d.try_count, count(a.id), count(a.id) FILTER (WHERE a.problem = '')
             FROM billing_webhookdelivery d LEFT JOIN billing_webhookattempt a ON a.delivery_id = d.id
            WHERE d.state = 'delivered' GROUP BY d.id
           HAVING count(a.id) <> d.try_count OR count(a.id) FILTER (WHERE a.problem = '') <> 1""",
        "webhook {0} was tried {1} times, its log knows {2}, of which {3} came through",
    )
    if scene.heard is None:
        return found
    taken = {one.webhook_id for one in scene.heard if one.is_taken}
    known = dict(rows("SELECT id, state FROM billing_webhookdelivery"))
    names = {message_id(key): state for key, state in known.items()}
    return [
        *found,
        *[f"{one} was taken and nobody knows it" for one in taken - set(names)],
        *[
            f"{name} is delivered and was never taken"
            for name, state in names.items()
            if state == "delivered" and name not in taken
        ],
    ]


def message_id(key: UUID) -> str:
    return f"msg_{key.hex}"


def feed_tells_each_change_once(scene: Scene) -> Findings:
    """Whoever reads the feed to its end has met exactly the changes of the table, in their order."""
    changes = [key for (key,) in rows("SELECT id FROM accounts_entitlementchange ORDER BY xid, id")]
    found = []
    for reader, met in scene.feeds.items():
        times = Counter(met)
        found += [f"{reader} never met change {one}" for one in changes if one not in times]
        found += [f"{reader} met change {one} {n} times" for one, n in times.items() if n > 1]
        found += [f"{reader} met change {one}, which is none" for one in set(times) - set(changes)]
        if sorted(met) == sorted(changes) and list(met) != changes:
            found.append(f"{reader} met the changes in another order")
    return found


def answers_follow_the_ledger(scene: Scene) -> Findings:
    """verify_entitlements for the customers looked at."""
    return [
        difference
        for promise in scene.promises
        for difference in verify_entitlements(customer=promise.customer).differences
    ]


JUDGES = (
    changes_are_heard,
    messages_are_genuine,
    deliveries_are_as_heard,
    feed_tells_each_change_once,
    answers_follow_the_ledger,
)
