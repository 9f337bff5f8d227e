"""Fetches the servers ahead of the first start: `python -m deploy.local.install`.

What the environment names already (`IOC_KAFKA_BOOTSTRAP`, `IOC_DATABASE_URL`) is not fetched.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from deploy.local.accounts import database_account
from deploy.local.cache import cache_directory
from deploy.local.kafka_install import java, kafka_libraries
from deploy.local.postgres_install import postgres_programs
from services.domain.errors import IocError


def main() -> None:
    """Fetch what is not there yet; a failure is one sentence and exit status 1."""
    account = database_account(cache_directory())
    with ThreadPoolExecutor(2) as both:
        wanted = []
        if not os.environ.get("IOC_KAFKA_BOOTSTRAP"):
            java()
            wanted.append(both.submit(kafka_libraries))
        if not os.environ.get("IOC_DATABASE_URL"):
            wanted.append(both.submit(postgres_programs, account))
        for each in wanted:
            each.result()


if __name__ == "__main__":
    try:
        main()
    except IocError as error:
        sys.exit(f"ioc: {error}")
