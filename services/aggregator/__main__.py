"""`python -m services.aggregator [--only count|evaluate]`."""

import argparse
import asyncio
import gc

import uvloop

from services.adapters.logs import configure_logs
from services.adapters.settings import Settings
from services.aggregator.app import STAGES, run

COLLECTION_THRESHOLDS = (50_000, 20, 100)
"""A batch makes many short-lived tuples and no cycles: looking for cycles often is wasted."""


def main() -> None:
    """Run both stages, or one of them for scale."""
    parser = argparse.ArgumentParser(prog="python -m services.aggregator")
    parser.add_argument("--only", choices=STAGES, help="run one stage in this process")
    only = parser.parse_args().only
    settings = Settings()
    configure_logs("aggregator", settings.log_level)
    gc.freeze()
    gc.set_threshold(*COLLECTION_THRESHOLDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, (only,) if only else STAGES))


if __name__ == "__main__":
    main()
