"""Fair queue (least recently served first) in front of a rate limiter.

Nobody's long queue keeps another waiting.
"""

from __future__ import annotations

import asyncio
from itertools import count

from ...rate_limit import TokenBucket


class FairQueue:
    """Fair queue in front of a rate limiter: whoever went longest ago goes next.

    Parameters
    ----------
    pace
        What all of them share.
    """

    def __init__(self, pace: TokenBucket) -> None:
        self._pace = pace
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        # Of everybody, the number of their last turn.
        self._last: dict[int, int] = {}
        self._numbers = count(1)
        self._task: asyncio.Task[None] | None = None

    async def acquire(self, who: int) -> None:
        """Wait for a turn of ``who``.

        Raises
        ------
        Exception
            Whatever the pace's own waiting is ended by.
        """
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((who, turn))
        if self._task is None:
            self._task = asyncio.create_task(self._give_turns(), name="shoppex turns")
        await turn

    async def _give_turns(self) -> None:
        try:
            while self._waiting:
                await self._pace.acquire()
                self._give_turn()
        except Exception as error:  # noqa: BLE001 - it is for those who wait
            for _, turn in self._waiting:
                if not turn.done():
                    turn.set_exception(error)
            self._waiting.clear()
        finally:
            self._task = None

    def _give_turn(self) -> None:
        # Who gave up meanwhile needs none.
        self._waiting = [each for each in self._waiting if not each[1].done()]
        if not self._waiting:
            return
        # Of several of one kind, the first that came: min() keeps to their order.
        chosen = min(self._waiting, key=lambda each: self._last.get(each[0], 0))
        self._waiting.remove(chosen)
        who, turn = chosen
        self._last[who] = next(self._numbers)
        turn.set_result(None)
