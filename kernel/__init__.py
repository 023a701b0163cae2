"""Words every app shares: money, periods, refusals and stages. Standard library only."""
