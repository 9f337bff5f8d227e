"""`python -m services.ingest`: the intake on `IOC_HOST` and `IOC_PORT`."""

import uvicorn

from services.adapters.logs import configure_logs
from services.adapters.settings import Settings
from services.adapters.units import load_units
from services.ingest.app import create_app

STOP_SECONDS_MAX = 10
KEEP_ALIVE_SECONDS = 30
CONNECTIONS_WAITING_MAX = 1024


def main() -> None:
    """Serve until asked to stop; requests being served are finished first."""
    settings = Settings()
    configure_logs("ingest", settings.log_level)
    uvicorn.run(
        create_app(settings, load_units()),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        backlog=CONNECTIONS_WAITING_MAX,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )


if __name__ == "__main__":
    main()
