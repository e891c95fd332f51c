"""The recipe for a real Red in process. Only this and `processes` touch Red's private parts.

Red has no public way to be started inside another program; pinned in requirements-dev.txt.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import redbot.core.bot  # before its _events, which import it in turn
import simcord
from redbot.core import Config, _config, _drivers, _events, commands, data_manager
from redbot.core._cli import parse_cli_flags
from redbot.core.bot import Red

from processes import forget_process, free_port

from .storage import Storage, new_storage

ROOT = Path(__file__).parents[2]
PREFIX = "!"
SLASH = ("buy", "purchases", "license", "shoppex", "shoppexset")

# How far a settling bot's own clock may go, in seconds; what it does later needs `advance_time`.
_SOON = 5.0
# After how many real seconds a bot that is not done counts as stuck, and how often one looks.
_STUCK = 30.0
_LOOK = 0.002

# What Red answers to a command that must not run, or was typed wrongly: no fault of the bot.
REFUSALS = (commands.UserInputError, commands.CheckFailure, commands.DisabledCommand)


class _Env(simcord.Env):
    """The simulated Discord, which waits for nothing but work.

    SimCord lets the next seconds of the bot's timers pass in real time, looks every 50 ms, and
    takes a bot for stuck when a request of its last moment is late. Here its clock jumps from
    one timer to the next, to the same end: faster, and on a busy machine too.
    """

    async def _settle_internal(
        self, *, timeout: float | None = None, idle: float = _LOOK, **options: Any
    ) -> None:
        settle = super()._settle_internal
        if self._advancing:
            await settle(timeout=timeout, idle=_LOOK, **options)
            return
        horizon = self._virtual_time + (_SOON if timeout is None else timeout)
        deadline = asyncio.get_running_loop().time() + self.settle_timeout
        while True:
            # To SimCord, an advancing clock is one whose timers need not be waited for.
            self._advancing = True
            try:
                await settle(idle=min(idle, _LOOK), **{**options, "_deadline": deadline})
            finally:
                self._advancing = False
            timer = self._next_timer()
            if timer is None or timer > horizon:
                return
            await self._advance_to(timer, deadline)

    def _next_timer(self) -> float | None:
        """When the bot goes on by itself; the end of a wait for people is left out."""
        times = [
            record.when
            for record in self._work.callbacks
            if record.when is not None
            and record.real_handle is not None
            and not record.real_handle.cancelled()
        ]
        return min(times, default=None)


class RedInstance:
    """A data path, and the bots that are started on it one after another.

    Parameters
    ----------
    cog_path
        Where Red looks for cogs; ``None`` for a bot that has to install them.
    like
        An instance that is not running and whose data this one begins with.
    """

    def __init__(
        self, path: Path, cog_path: Path | None = ROOT, *, like: RedInstance | None = None
    ) -> None:
        self.path = path
        self.cog_path = cog_path
        self.port = free_port()
        self.storage: Storage = new_storage(path) if like is None else like.storage.copy_to(path)
        self._built = False
        self._noted = like is not None
        self._reconciler = False
        self._monitor = False
        self.owner_id: int | None = None

    async def build(self) -> Red:
        """A fresh bot on this data path, as a new process would see it."""
        await self._disconnect()
        forget_process()
        # At each start Red notes again, for `redbot-setup convert`, which groups each of the 257
        # Configs has: as many writes, and no news where it once ran with the cog.
        _events.get_latest_confs = _no_confs if self._noted else _config.get_latest_confs
        self._noted = self.cog_path is not None
        redbot._update_logger_class()
        config: Any = {
            "DATA_PATH": str(self.path),
            "COG_PATH_APPEND": "cogs",
            "CORE_PATH_APPEND": "core",
            **self.storage.config(),
        }
        data_manager.basic_config = config
        flags = ["--no-instance", "--no-prompt", "--prefix", PREFIX]
        if self.cog_path is not None:
            flags += ["--cog-path", str(self.cog_path), "--load-cogs", "shoppex"]
        if self.owner_id is not None:
            flags += ["--owner", str(self.owner_id)]
        await _drivers.get_driver_class().initialize(**data_manager.storage_details())
        if not self._built:
            await self._choose_port()
        self._built = True
        red = Red(cli_flags=parse_cli_flags(flags), description="", dm_help=None)
        # A data path on which Red never ran loads no packages at its first start.
        await red._config.last_system_info.python_version.set(list(sys.version_info[:2]))
        await red._pre_login()
        return red

    async def _disconnect(self) -> None:
        """The last process's connections end with it."""
        if self._built:
            await _drivers.get_driver_class().teardown()

    async def _choose_port(self) -> None:
        """Save a free port as an earlier run would have: tests run beside each other."""
        config = Config.get_conf(None, 7409251834620117, cog_name="Shoppex")
        config.register_global(listener={})
        chosen = {"host": "127.0.0.1", "port": self.port}
        await config.listener.set({**await config.listener(), **chosen})

    @asynccontextmanager
    async def run(
        self,
        *,
        slash: bool = True,
        reconciler: bool = False,
        monitor: bool = False,
        found: Callable[[simcord.Env], None] | None = None,
    ) -> AsyncIterator[simcord.Env]:
        """A bot at READY.

        Parameters
        ----------
        found
            Makes what is on Discord when the bot comes; by default nothing is.
        slash
            Whether its slash commands are enabled and synced, as an owner does.
        reconciler
            Whether it goes through its shops every hour, which makes a year long.
        rounds
            Whether its doctor looks after its shops without being asked.
        """
        red = await self.build()
        self._reconciler = reconciler
        self._monitor = monitor
        env = _Env(red, shard_count=1, settle_timeout=_STUCK)
        if found is not None:
            found(env)
        await env.start()
        try:
            await asyncio.wait_for(red.wait_until_red_ready(), 30)
            await self._rest(red)
            if slash:
                await sync(red)
            yield env
            await env.settle()
            if "shoppex" in bot_of(env).extensions:
                await bot_of(env).unload_extension("shoppex")
        finally:
            await env.shutdown()
            await self._disconnect()
        faults = [error for error in env.errors if not isinstance(error, REFUSALS)]
        assert not faults, f"the bot raised during the test: {faults}"

    def discard(self) -> None:
        """Give back what the data takes up outside of the data path."""
        self.storage.discard()

    async def restart(self, env: simcord.Env) -> None:
        """The process ends here, without a goodbye, and another begins on the same data path."""
        old: Any = bot_of(env).get_cog("Shoppex")
        # A dead process does nothing more, and the system takes back what it had.
        while working := [t for t in asyncio.all_tasks() if t.get_name().startswith("shoppex ")]:
            for task in working:
                task.cancel()
            await asyncio.gather(*working, return_exceptions=True)
        await old.webhooks.stop()
        await old.clients.close()
        await env.restart_bot(await self.build())
        red = bot_of(env)
        await asyncio.wait_for(red.wait_until_red_ready(), 30)
        await self._rest(red)
        await sync(red)
        await env.settle()

    async def _rest(self, red: Any) -> None:
        cog = red.get_cog("Shoppex")
        if cog is not None and not self._reconciler:
            await cog.reconciler.close()
        if cog is not None and not self._monitor:
            await cog.monitor.close()


def bot_of(env: simcord.Env) -> Any:
    """The Red that is running now; SimCord knows it only as some client of discord.py."""
    return env.bot


def _no_confs() -> tuple[Config, ...]:
    """None to note; Red still holds on to all of them, over any reload of their cog."""
    _config.get_latest_confs()
    return ()


async def sync(red: Red) -> None:
    """What `[p]slash enable` and `[p]slash sync` do."""
    for name in SLASH:
        await red.enable_app_command(name)
    tree: Any = red.tree
    await tree.red_check_enabled()
    await tree.sync()
