"""Asks a service whether it is ready."""

import http.client

_SECONDS_MAX = 2.0


def probe_service(host: str, port: int) -> str | None:
    """None when `/readyz` answers 200, else what was wrong."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS_MAX)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        text = answer.read(300).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        return f"{host}:{port} does not answer: {error}"
    finally:
        connection.close()
    return None if answer.status == 200 else f"not ready ({answer.status}): {text}"
