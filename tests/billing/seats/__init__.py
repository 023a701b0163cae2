"""Seats as people change them: wishes, rooms, costs, holdings."""
