"""The wall's own checks, run by npm: its types and style, its units, and its pages in a headless Chromium."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WALL = Path(__file__).resolve().parents[2] / "services" / "wall"


def run(script: str) -> None:
    npm = shutil.which("npm")
    assert npm is not None, "npm is not on the path: Node 20 is needed"
    assert (WALL / "node_modules").is_dir(), "the wall's packages are missing: run `make setup`"
    done = subprocess.run(
        [npm, "run", "--silent", script],
        cwd=WALL,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"npm run {script}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("script", ["lint", "test"])
def test_wall_source(script: str) -> None:
    run(script)


@pytest.mark.browser
def test_wall_pages() -> None:
    run("test:browser")
