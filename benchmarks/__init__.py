"""Figures beside this machine's own limits, measured in the same minute. Tests never time."""
