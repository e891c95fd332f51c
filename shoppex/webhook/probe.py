"""Probe of a webhook address: POST as Shoppex does, and classify the outcome."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

# Nobody knows how long Shoppex waits for an answer (contract, section 4.8).
_SECONDS = 10.0
_USER_AGENT = "Shoppex-Webhook/1.0"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Outcome of a probe.

    Parameters
    ----------
    status
        The HTTP status; ``None`` when nobody answered.
    trouble
        Why nobody answered, as a stable word: ``refused``, ``no_answer``, ``unknown_name``,
        ``certificate`` or ``unreachable``.
    """

    status: int | None = None
    trouble: str | None = None


async def send_probe(url: str, headers: Mapping[str, str], body: bytes) -> ProbeResult:
    """POST a webhook, once. Waits at most ten seconds, and follows no redirect."""
    sent = {"Content-Type": "application/json", "User-Agent": _USER_AGENT, **headers}
    connector = aiohttp.TCPConnector(force_close=True)
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.post(url, data=body, headers=sent, allow_redirects=False) as answer,
        ):
            return ProbeResult(answer.status)
    except asyncio.TimeoutError:
        return ProbeResult(trouble="no_answer")
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return ProbeResult(trouble=_trouble(error))


def local_url(host: str, port: int, guild_id: int) -> str:
    """The address of the listener for a guild, seen from this machine."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound to
    name = f"[{reachable}]" if ":" in reachable else reachable
    return f"http://{name}:{port}/shoppex/{guild_id}"


def _trouble(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientSSLError):
        return "certificate"
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, (socket.gaierror, aiohttp.InvalidURL)):
        return "unknown_name"
    if isinstance(cause, ConnectionRefusedError):
        return "refused"
    return "unreachable"
