"""Stage 2: committed deltas in, observations out, under a fenced epoch for each shard."""
