"""`ioc indicators check` and `ioc up` say what is wrong with the files before anything runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

from services.adapters.standards import FOLDER


def ioc(*words: str, standards: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator does."""
    environment = dict(os.environ) | ({"IOC_STANDARDS": str(standards)} if standards else {})
    return subprocess.run(
        [sys.executable, "-m", "services.cli", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=FOLDER.parent,
    )


def test_a_sound_standard_is_told() -> None:
    said = ioc("indicators", "check")
    assert said.returncode == 0, said.stderr
    assert f"of {FOLDER}: 60 indicators in force" in said.stdout
    document = json.loads(ioc("indicators", "check", "--json").stdout)
    assert (document["sound"], len(document["in_force"]), document["faults"]) == (True, 60, [])


def test_faults_are_told_without_a_traceback(folder: Path) -> None:
    (folder / "measures.yaml").write_text("measures: [\n", encoding="utf-8")
    said = ioc("indicators", "check", "--json", standards=folder)
    assert said.returncode == 1
    assert said.stderr.startswith("ioc: measures.yaml:2: is not YAML: ")
    assert "Traceback" not in said.stderr
    document = json.loads(said.stdout)
    assert document["folder"] == str(folder)
    assert not document["sound"]
    assert [fault.split(" ")[0] for fault in document["faults"]] == ["measures.yaml:2:"]


def test_its_help_says_which_folder() -> None:
    said = "".join(ioc("indicators", "check", "--help").stdout.split())
    assert "IOC_STANDARDS" in said
    assert "default:" in said


def test_nothing_is_started_with_files_that_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "indicators/PS-04.yaml").write_text("", encoding="utf-8")
    for words in (("up",), ("up", "--detach")):
        said = ioc(*words, "--data", str(tmp_path / "data"), standards=folder)
        assert (said.returncode, said.stdout) == (1, "")
        assert said.stderr == "ioc: PS-04.yaml:1: is empty\n"
    assert not (tmp_path / "data").exists()
