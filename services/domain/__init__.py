"""The pure core: what an event means, what a number is made of. No clock, no files, no network."""
