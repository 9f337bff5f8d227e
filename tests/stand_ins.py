"""A centre with real servers and small services, to try the supervisor without the real services.

python -m tests.stand_ins centre DIR    runs it until asked to end
python -m tests.stand_ins service       one of its services, on IOC_PORT
"""

import http.server
import os
import sys
from pathlib import Path

from deploy.local.plan import Plan, Service
from deploy.local.state import CentreState
from deploy.local.supervisor import run_centre

_SERVICE = (sys.executable, "-m", "tests.stand_ins", "service")
_MIGRATE = (sys.executable, "-c", "import os; assert os.environ['IOC_DATABASE_URL']")


class _Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def plan(data: Path) -> Plan:
    """Plan the centre in `data`."""
    names = ("ingest", "aggregator-1", "aggregator-2", "api")
    services = tuple(Service(name, name.partition("-")[0], _SERVICE) for name in names)
    return Plan(data, migrate=_MIGRATE, services=services)


def _tell(state: CentreState) -> None:
    sys.stdout.write(f"up {state.ports['api']}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "centre":
        run_centre(plan(Path(sys.argv[2])), _tell)
    else:
        address = (os.environ["IOC_HOST"], int(os.environ["IOC_PORT"]))
        http.server.ThreadingHTTPServer(address, _Ready).serve_forever()
