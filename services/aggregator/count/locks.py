"""The advisory locks of counting, one number each, so that none is taken for another."""

GENERATIONS = 7310026
"""Making this month's table of identities."""
VERSIONS = 7310027
"""Correcting readings (alone) or counting them (together)."""
COMPACTION = 7310028
"""Compacting one partition, whose name is hashed beside it."""
