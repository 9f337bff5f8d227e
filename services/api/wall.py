"""The wall's pages as `npm run build` left them, or a text that says how to build them."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).resolve().parents[1] / "wall" / "dist"
NOT_BUILT = (
    "The wall is not built yet: run `npm ci && npm run build` in services/wall, or `make setup`.\n"
)


class WallFiles(StaticFiles):
    """Files whose names carry a hash may be kept for ever, pages are asked for each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one file."""
        response = await super().get_response(path, scope)
        lasting = path.startswith("assets/") and response.status_code == 200
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if lasting else "no-cache"
        )
        return response


def build_id(folder: Path = FOLDER) -> str:
    """Name the built pages; a wall that sees another name in `hello` loads itself anew."""
    index = folder / "index.html"
    if not index.is_file():
        return "none"
    return hashlib.blake2b(index.read_bytes(), digest_size=6).hexdigest()


def add_wall(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the wall under `/wall/` and lead `/` there."""

    async def to_wall(request: Request) -> Response:
        return RedirectResponse(request.url.replace(path="/wall/"))

    async def not_built(_request: Request) -> Response:
        return PlainTextResponse(NOT_BUILT, status_code=503)

    app.add_route("/", to_wall, include_in_schema=False)
    if (folder / "index.html").is_file():
        app.mount("/wall", WallFiles(directory=folder, html=True), name="wall")
    else:
        app.add_route("/wall", not_built, include_in_schema=False)
        app.add_route("/wall/{path:path}", not_built, include_in_schema=False)
