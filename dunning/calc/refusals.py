"""Why a campaign is refused before anybody is dunned by it."""

from kernel.refusal import Refusal


class CampaignInvalid(Refusal):
    """A campaign contradicts itself, or could lock somebody out too early."""

    code = "campaign_invalid"
