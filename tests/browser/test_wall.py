"""The wall's pages in a headless Chromium: sizes, legibility, a link lost and regained.

The checks themselves are TypeScript, in services/wall/browser; its units are run by `npm test`.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WALL = Path(__file__).resolve().parents[2] / "services" / "wall"


@pytest.mark.browser
def test_wall_pages() -> None:
    npm = shutil.which("npm")
    assert npm is not None, "npm is not on the path: Node 20 is needed"
    assert (WALL / "node_modules").is_dir(), "the wall's packages are missing: run `make setup`"
    done = subprocess.run(
        [npm, "run", "--silent", "test:browser"],
        cwd=WALL,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, f"npm run test:browser\n{done.stdout}\n{done.stderr}"
