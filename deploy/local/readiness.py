"""Asks a service whether it is ready, and what it says beside."""

import http.client
import json

_SECONDS_MAX = 2.0
_BYTES_MAX = 64 * 1024


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


def ask_details(host: str, port: int) -> dict[str, object]:
    """What `/readyz` says as JSON, ready or not; nothing when it can not be read."""
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS_MAX)
    try:
        connection.request("GET", "/readyz")
        found = json.loads(connection.getresponse().read(_BYTES_MAX))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return found if isinstance(found, dict) else {}
