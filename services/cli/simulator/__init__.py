"""The simulator: a believable province as a function of a seed and of time; only `sending` acts."""
