"""The parts of the embedded centre that need no server."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.local import cache, kafka, ports, postgres
from deploy.local.accounts import can_reach, database_account
from deploy.local.command import run
from deploy.local.identity import Identity, end, identify, is_alive
from deploy.local.kafka_install import java, kafka_libraries
from deploy.local.plan import Feed, plan_centre
from deploy.local.process import limit_log
from deploy.local.restarts import Restarts, after_death
from deploy.local.state import CentreState, ProcessState, read_state, write_state
from services.cli.centre import load_centre
from services.domain.errors import Refused

_LAUNCHER = Path(cache.__file__).with_name("launch.py")
_SLEEPER = "import time; print('up', flush=True); time.sleep(600)"


def _ioc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_pauses_double_up_to_half_a_minute_and_a_good_life_forgets() -> None:
    restarts, pauses = Restarts(), []
    for _ in range(9):
        restarts = after_death(restarts, lived_seconds=1.0)
        pauses.append(restarts.pause_seconds)
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    restarts = after_death(restarts, lived_seconds=60.0)
    assert (restarts.count, restarts.pause_seconds) == (10, 0.5)


def test_a_port_is_kept_while_it_is_free() -> None:
    first = ports.assign(("a", "b"), {}, {})
    assert ports.assign(("a", "b"), first, {}) == first
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, first["a"]))
        taken.listen(1)
        second = ports.assign(("a", "b"), first, {})
    assert second["a"] != first["a"]
    assert second["b"] == first["b"]
    assert len({*ports.assign(("a", "b", "c"), {}, {"c": first["a"]}).values()}) == 3


def test_a_cache_folder_is_built_once_by_many(tmp_path: Path) -> None:
    builds = []

    def build(unfinished: Path, place: Path) -> None:
        builds.append(place)
        (unfinished / "whole").touch()

    threads = [
        threading.Thread(target=cache.ensure, args=(tmp_path / "thing", build)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert builds == [tmp_path / "thing"]


def test_a_cache_folder_that_was_not_finished_is_built_anew(tmp_path: Path) -> None:
    place = tmp_path / "thing"

    def fail(unfinished: Path, _: Path) -> None:
        (unfinished / "half").touch()
        raise Refused("killed half way")

    def succeed(unfinished: Path, _: Path) -> None:
        (unfinished / "whole").touch()

    with pytest.raises(Refused):
        cache.ensure(place, fail)
    assert not place.exists()
    assert [file.name for file in cache.ensure(place, succeed).iterdir()] == ["whole"]


def test_what_is_missing_is_named_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IOC_CACHE", str(tmp_path / "cache"))
    with pytest.raises(Refused, match=r"Java .*apt-get install openjdk-17-jre-headless"):
        java()
    with pytest.raises(Refused, match=r"Maven .*apt-get install maven"):
        kafka_libraries()
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    old.chmod(0o755)
    with pytest.raises(Refused, match="older than 17"):
        java()


def test_a_failed_command_tells_its_purpose_and_last_words() -> None:
    with pytest.raises(Refused, match=r"(?s)trying: .*status 3.*no such luck"):
        run(["sh", "-c", "echo no such luck; exit 3"], purpose="trying")
    with pytest.raises(Refused, match="there is no program"):
        run(["no-such-program"], purpose="trying")


def test_an_identity_is_one_process_and_not_its_number() -> None:
    myself = identify(os.getpid())
    assert myself is not None
    assert is_alive(myself)
    assert not is_alive(Identity(myself.pid, myself.started_ticks + 1, myself.boot))


def test_processes_of_others_are_ended_within_a_bound() -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + _SLEEPER
    begun = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        for code in (_SLEEPER, deaf)
    ]
    for process in begun:
        assert process.stdout is not None
        process.stdout.readline()
    identities = [identity for process in begun if (identity := identify(process.pid))]
    killed = end([(identity, signal.SIGTERM) for identity in identities], seconds_max=0.5)
    assert killed == [identities[1]]
    assert [process.wait() for process in begun] == [-signal.SIGTERM, -signal.SIGKILL]
    for process in begun:
        assert process.stdout is not None
        process.stdout.close()


def test_a_launched_program_does_not_outlive_its_parent() -> None:
    """The parent is killed without a word; the pipe that its child holds is closed all the same."""
    parent = (
        "import os, subprocess, sys, time;"
        f"launch = [sys.executable, '-I', '-S', {str(_LAUNCHER)!r}, '15', str(os.getpid()), '-'];"
        f"subprocess.Popen([*launch, sys.executable, '-c', {_SLEEPER!r}]);"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.kill()
        assert process.stdout.read() == b""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the database to somebody else")
def test_root_hands_the_database_to_somebody_who_can_come_there(tmp_path: Path) -> None:
    account = database_account(tmp_path / "new")
    assert account is not None
    assert account.uid != 0
    tmp_path.chmod(0o700)
    assert not can_reach(tmp_path / "new", account)
    assert can_reach(Path("/usr/lib"), account)


def test_a_server_that_is_not_there_is_told_from_one_that_is() -> None:
    port = ports.choose(None, ())
    assert "does not answer" in str(kafka.probe(ports.LOOPBACK, port))
    assert "refused" in str(postgres.probe(postgres.database_url(port)))
    with socket.socket() as silent:
        silent.bind((ports.LOOPBACK, port))
        silent.listen(1)
        assert kafka.probe(ports.LOOPBACK, port) is not None


def test_existing_servers_are_planned_instead_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IOC_DATABASE_URL", raising=False)
    monkeypatch.setenv("IOC_KAFKA_BOOTSTRAP", "broker:9092")
    plan = plan_centre(Path("/data"), aggregators=2)
    assert plan.kafka == "broker:9092"
    assert plan.port_names == ("database", "ingest", "aggregator-1", "aggregator-2", "api")


@pytest.mark.parametrize("feed", list(Feed))
def test_the_feed_is_the_one_that_was_asked_for(feed: Feed) -> None:
    planned = plan_centre(Path("/data"), feed=feed, rate=90).feed
    if feed is Feed.NONE:
        assert planned is None
    else:
        assert planned is not None
        assert planned.arguments[-2:] == ("--rate", "90")
        assert ("--follow" in planned.arguments) == (feed is Feed.SIMULATE)


def test_a_state_is_read_as_it_was_written_and_damage_is_told(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None
    mine = Identity(1, 2, "boot")
    process = ProcessState("api", "api", None, 3, int(signal.SIGTERM))
    state = CentreState("running", mine, {"api": 1}, "k", "d", (process,))
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    (tmp_path / "centre.json").write_text('{"phase": ')
    with pytest.raises(Refused, match="remove it"):
        read_state(tmp_path)


def test_a_command_without_a_centre_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=f"ioc up --data {tmp_path}"):
        load_centre(tmp_path)
    status = _ioc("status", "--json", "--data", str(tmp_path))
    assert status.returncode == 1
    assert "ioc up" in status.stderr
    document = json.loads(status.stdout)
    assert document["ready"] is False
    assert set(document["processes"]) == {"kafka", "database", "ingest", "aggregator", "api"}
    down = _ioc("down", "--data", str(tmp_path))
    assert (down.returncode, down.stdout) == (0, "")


def test_a_taken_port_is_refused_in_one_sentence(tmp_path: Path) -> None:
    port = ports.choose(None, ())
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, port))
        taken.listen(1)
        up = _ioc("up", "--data", str(tmp_path), "--port", str(port))
    assert up.returncode == 1
    assert up.stderr.startswith(f"ioc: port {port} for api is taken")


@pytest.mark.parametrize("command", ["up", "status", "down"])
def test_help_shows_examples(command: str) -> None:
    assert f"ioc {command}" in _ioc(command, "--help").stdout


def test_a_log_is_emptied_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("ab") as writer:
        writer.write(b"x" * 20_000_001)
        writer.flush()
        limit_log(log)
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n"
    assert (tmp_path / "api.old.log").stat().st_size == 20_000_001
