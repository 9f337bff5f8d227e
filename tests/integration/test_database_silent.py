"""A database that hangs in mid-conversation: whoever asked is told, and may ask another one."""

from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from deploy.local import ports
from deploy.local.ports import LOOPBACK
from services.adapters.timescale import PatientConnection
from tests.faults.proxy import Line, opened

pytestmark = [pytest.mark.servers, pytest.mark.timeout(60)]


class Impatient(PatientConnection[tuple[Any, ...]]):
    answer_seconds_max = 0.5


def test_a_silent_database(database: str) -> None:
    target = int(str(conninfo_to_dict(database)["port"]))
    line = Line(ports.choose(None, ()), target, names_itself=False)
    url = database.replace(f":{target}/", f":{line.port}/")
    assert LOOPBACK in url
    with opened([line]):
        connection = Impatient.connect(url, autocommit=True)
        with connection.transaction():
            connection.execute("create table said (word text)")
        with pytest.raises(psycopg.OperationalError, match="no answer"):
            _say_into_silence(connection, line)
        assert connection.closed
        line.mend()
        with Impatient.connect(url, autocommit=True) as again:
            assert again.execute("select word from said").fetchall() == []


def _say_into_silence(connection: psycopg.Connection[Any], line: Line) -> None:
    with connection.transaction():
        connection.execute("insert into said values ('before')")
        line.hang()
        connection.execute("insert into said values ('after')")
