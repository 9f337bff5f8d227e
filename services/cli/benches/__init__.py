"""Measurements: each against a limit that the same run measures on the same machine."""
