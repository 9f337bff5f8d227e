"""A request that the intake refuses as a whole, and what it answers."""

from services.domain.errors import Refused


class RequestRefused(Refused):
    """The request cannot be used; `status` is the HTTP status, the message what to do about it."""

    def __init__(self, status: int, detail: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds
