"""Tables of recovery: campaigns people publish, cases machines keep, and what was said."""

from dunning.models.campaign import Campaign
from dunning.models.case import CaseCampaign, CaseReceivable, DunningCase, DunningStep
from dunning.models.contact import CaseNote, Message, Pause, Promise

__all__ = [
    "Campaign",
    "CaseCampaign",
    "CaseNote",
    "CaseReceivable",
    "DunningCase",
    "DunningStep",
    "Message",
    "Pause",
    "Promise",
]
