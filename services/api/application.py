"""The application that the routes are added to: its errors, HEAD, and its OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from services.api.answers import HANDLERS
from services.api.described import components

TITLE = "Intelligent Operations Centre"


class Application(FastAPI):
    """Describes the bodies of its answers by the types that they are made of."""

    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI document; it is made once."""
        if self.openapi_schema is None:
            parts = super().openapi().setdefault("components", {})
            parts["schemas"] = {**parts.get("schemas", {}), **components()}
        return super().openapi()


def new_application(
    routes: Sequence[BaseRoute] = (), lifespan: Lifespan[FastAPI] | None = None
) -> Application:
    """Make an application that has `routes` and answers every error with a problem document."""
    app = Application(
        title=TITLE,
        version="1",
        lifespan=lifespan,
        routes=list(routes),
        exception_handlers=dict(HANDLERS),
        redirect_slashes=False,
    )
    app.add_middleware(_HeadAsGet)
    return app


class _HeadAsGet:
    """Has HEAD answered as GET; the server sends no body to who has asked with HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)
