"""Determination of tax as pure functions: facts in, a decision or a hold out."""
