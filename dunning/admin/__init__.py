"""Admin of recovery: what machines and people wrote down, to look things up."""

from dunning.admin import campaigns, cases, contact

__all__ = ["campaigns", "cases", "contact"]
