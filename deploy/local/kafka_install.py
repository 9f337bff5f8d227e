"""Gets Apache Kafka by Maven, from wherever this machine's Maven is told to look."""

import os
import pwd
import re
import shutil
from pathlib import Path

from deploy.local import cache
from deploy.local.command import run
from deploy.local.progress import megabytes, step
from services.domain.errors import Refused

_POM = Path(__file__).with_name("kafka.pom.xml")
_JAVA_MIN = 17


def java() -> Path:
    """Return the Java that runs Kafka, or say how to install one."""
    found = shutil.which("java")
    hint = "Install it with: sudo apt-get install openjdk-17-jre-headless"
    if found is None:
        raise Refused(f"Java {_JAVA_MIN} or later is missing. {hint}")
    answer = run([found, "-version"], purpose="asking Java for its version")
    version = re.search(r'version "(\d+)', answer)
    if version is None or int(version.group(1)) < _JAVA_MIN:
        raise Refused(f"Java is older than {_JAVA_MIN} ({answer.splitlines()[0]}). {hint}")
    return Path(found)


def kafka_libraries() -> Path:
    """Return the folder with Kafka's jars, fetched if it is not in the cache."""
    version = re.search(r"<kafka.version>(.+)</kafka.version>", _POM.read_text())
    if version is None:
        raise Refused(f"{_POM} names no kafka.version: restore it from the repository")
    return cache.ensure(cache.cache_directory() / f"kafka-{version.group(1)}", _fetch)


def _fetch(unfinished: Path, _place: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise Refused("Maven is missing. Install it with: sudo apt-get install maven")
    with step("kafka: fetched") as fetched:
        run(
            [
                maven,
                *("-q", "-B", "-f", _POM, "dependency:copy-dependencies"),
                *("-DincludeScope=runtime", f"-DoutputDirectory={unfinished}"),
                *_repository(),
            ],
            purpose="fetching Kafka",
        )
        fetched.detail = megabytes(unfinished)


def _repository() -> tuple[str, ...]:
    """Where Maven keeps its downloads, if it cannot keep them in the home of this account."""
    try:
        home = Path(pwd.getpwuid(os.geteuid()).pw_dir)  # Java asks for it in this way, not by HOME
    except KeyError:
        home = Path("/nonexistent")
    if os.access(home, os.W_OK):
        return ()
    return (f"-Dmaven.repo.local={cache.cache_directory() / 'maven'}",)
