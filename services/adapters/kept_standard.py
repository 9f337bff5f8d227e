"""The last sound standard in the database: what a service starts with while files are refused.

The texts of the files are kept, not what was made of them: whoever starts reads them as files.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb

from services.adapters.logs import logger
from services.adapters.timescale import connect
from services.domain.errors import Unavailable

_KEEP = """
insert into standard_kept (version, files) values (%s, %s)
on conflict (only_row) do update
set version = excluded.version, files = excluded.files, at = now()
where standard_kept.files is distinct from excluded.files
"""


class KeptStandard:
    """The kept files of one centre; a database that does not answer keeps and gives nothing."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._log = logger("standard")

    def keep(self, version: str, texts: Mapping[str, str]) -> bool:
        """Keep these files, by their path in the folder, in the place of others; tell whether."""
        try:
            with connect(self._url, "ioc-standard") as connection:
                connection.execute(_KEEP, (version, Jsonb(dict(texts))))
        except (Unavailable, psycopg.Error) as error:
            self._log.warning("standard_not_kept", detail=str(error)[:300])
            return False
        return True

    def texts(self) -> Mapping[str, str]:
        """The kept files, by their path in the folder; none when nothing is kept."""
        try:
            with connect(self._url, "ioc-standard") as connection:
                row = connection.execute("select files from standard_kept").fetchone()
        except (Unavailable, psycopg.Error) as error:
            self._log.warning("standard_not_kept", detail=str(error)[:300])
            return {}
        return {} if row is None else dict(row[0])


def laid_out(texts: Mapping[str, str]) -> tempfile.TemporaryDirectory[str]:
    """A folder of these files for as long as its block lasts."""
    folder = tempfile.TemporaryDirectory(prefix="ioc-standard-")
    for name, text in texts.items():
        path = Path(folder.name) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
    return folder
