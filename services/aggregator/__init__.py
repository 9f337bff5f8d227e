"""Counts events into the database, then evaluates indicators from what was counted."""
