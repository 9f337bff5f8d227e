"""How often a service's garbage is collected."""

import gc

THRESHOLDS = (50_000, 20, 100)
"""A batch makes many short-lived objects and no cycles: looking for cycles often is wasted."""


def collect_seldom() -> None:
    """Leave out what has been loaded so far, and look for cycles seldom."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
