"""`python -m services.aggregator [--only count|evaluate]`."""

import argparse
import asyncio

import uvloop

from services.adapters.collection import collect_seldom
from services.adapters.logs import configure_logs
from services.adapters.settings import Settings
from services.aggregator.app import STAGES, run


def main() -> None:
    """Run both stages, or one of them for scale."""
    parser = argparse.ArgumentParser(prog="python -m services.aggregator")
    parser.add_argument("--only", choices=STAGES, help="run one stage in this process")
    only = parser.parse_args().only
    settings = Settings()
    configure_logs("aggregator", settings.log_level)
    collect_seldom()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, (only,) if only else STAGES))


if __name__ == "__main__":
    main()
