import os

from seatledger_client import AuthenticatedClient
from seatledger_client.api.subscriptions import subscription, subscriptions
from seatledger_client.models import SubscriptionFactsSchema, SubscriptionListSchema

host, key = os.environ.get("SEATLEDGER", "http://127.0.0.1:8000"), os.environ["SEATLEDGER_KEY"]
with AuthenticatedClient(base_url=host, token=key) as client:
    page = subscriptions.sync(client=client, limit=3)
    assert isinstance(page, SubscriptionListSchema), page
    for one in page.subscriptions:
        facts = subscription.sync(one.external_id, client=client)
        assert isinstance(facts, SubscriptionFactsSchema), facts
        print(facts.customer, facts.plan, facts.state, facts.seats.to_dict())
