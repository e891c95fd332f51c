"""The real `redbot` as a process of its own, and the folder that outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from discord_standin import DiscordStandIn

PREFIX = "!"

_LAUNCHER = Path(__file__).with_name("launch.py")
_INSTANCE = "standin"
_START_SECONDS = 90.0
_LAST_CHARACTERS = 4000
JSON: Mapping[str, object] = {"STORAGE_TYPE": "JSON", "STORAGE_DETAILS": {}}


class RedProcess:
    """One instance of Red, whose processes follow one another on the same data.

    Parameters
    ----------
    folder
        All that it writes is in here, its home included.
    discord
        The Discord that it logs in to; must be running before the first start.
    environment
        Added to the little that it gets otherwise.
    flags
        Added to the command line of `redbot`.
    probe
        A Python file with ``async def probe(red)``, run in the bot's loop from its start.
    storage
        Where Config keeps its data, in Red's own words; on its JSON backend by default.
    """

    def __init__(
        self,
        folder: Path,
        discord: DiscordStandIn,
        *,
        environment: Mapping[str, str] | None = None,
        flags: tuple[str, ...] = (),
        probe: Path | None = None,
        storage: Mapping[str, object] = JSON,
    ) -> None:
        self.data_path = folder / "data"
        self._folder = folder
        self._discord = discord
        self._environment = dict(environment or {})
        self._flags = flags
        self._probe = probe
        self._log_file = folder / "redbot.log"
        self._process: asyncio.subprocess.Process | None = None
        self._write_instance(storage)

    def _write_instance(self, storage: Mapping[str, object]) -> None:
        """What `redbot-setup` writes."""
        self.data_path.mkdir(parents=True)
        instance = {
            "DATA_PATH": str(self.data_path),
            "COG_PATH_APPEND": "cogs",
            "CORE_PATH_APPEND": "core",
            **storage,
        }
        config = self._folder / "config" / "Red-DiscordBot" / "config.json"
        config.parent.mkdir(parents=True)
        config.write_text(json.dumps({_INSTANCE: instance}))

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    @property
    def pid(self) -> int:
        """Of the process that runs now."""
        return self._running().pid

    @property
    def log(self) -> str:
        """All that its processes have printed."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    async def start(self) -> None:
        """Start a process, and wait until it has logged in.

        Commands that are sent now are answered as soon as Red is ready.

        Raises
        ------
        RuntimeError
            When it ends before that.
        TimeoutError
            When it does not log in.
        """
        if self._process is not None:
            raise RuntimeError("redbot runs already: terminate or kill it first")
        before = self._discord.identified
        with self._log_file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                # Nothing beside the launcher is to be imported; older Pythons cannot be told so.
                *(["-P"] if sys.version_info >= (3, 11) else []),
                str(_LAUNCHER),
                _INSTANCE,
                "--no-prompt",
                *("--prefix", PREFIX),
                *self._flags,
                env=self._all_environment(),
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
            )
        ended = asyncio.ensure_future(self._process.wait())
        login = asyncio.ensure_future(
            self._discord.until(
                lambda: self._discord.identified > before, "login", seconds=_START_SECONDS
            )
        )
        await asyncio.wait({ended, login}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            login.cancel()
            self._process = None
            raise RuntimeError(
                f"redbot ended with {ended.result()}:\n{self.log[-_LAST_CHARACTERS:]}"
            )
        ended.cancel()
        await login

    def _all_environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "share"),
            "RED_TOKEN": self._discord.token,
            "DISCORD_API_URL": self._discord.api_url,
            "DISCORD_GATEWAY_URL": self._discord.gateway_url,
            **({} if self._probe is None else {"RED_PROBE": str(self._probe)}),
            **self._environment,
        }

    async def terminate(self, *, seconds: float) -> int:
        """Ask it to end, as a service manager does, and return its exit code.

        Raises
        ------
        TimeoutError
            When it is still there after ``seconds``.
        """
        process = self._running()
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), seconds)
        self._process = None
        return code

    async def kill(self) -> None:
        """End it between two instructions: kill -9. One that is gone stays so."""
        if self._process is None:
            return
        self._process.kill()
        await self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """Let it do nothing more. What is sent to it still arrives at its machine."""
        self._running().send_signal(signal.SIGSTOP)

    def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError("redbot is not running: start it first")
        return self._process
