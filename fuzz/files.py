"""Files of the cog that are broken while the bot is down: the rest has to serve."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from .shop import Shop, open_shop
from .tally import Deadline, Tally

_BUYERS = 6
_SETTINGS = "Shoppex"


async def run(rng: random.Random, seconds: float) -> Tally:
    """Break one file after another, each time beginning with sound ones."""
    tally = Tally("Broken files, JSON")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_shop(folder / "red") as shop:
            for number in range(_BUYERS):
                await shop.sell(f"buyer {number}")
            await shop.check_sales(tally)
            deadline = Deadline.after(seconds)
            cogs = shop.world.red.data_path / "cogs"
            await shop.world.red.kill()
            sound = shutil.copytree(cogs, folder / "sound")
            while not deadline.over:
                await _break_one(shop, rng, cogs, tally)
                shutil.rmtree(cogs)
                shutil.copytree(sound, cogs)
    return tally


async def _break_one(shop: Shop, rng: random.Random, cogs: Path, tally: Tally) -> None:
    folder, what = _break_a_file(rng, cogs)
    tally.tried += 1
    try:
        await shop.world.start()
        # Whatever is sold after that, the cog is there and answers.
        await shop.world.type("shoppexset product list", "sold here")
        lost = [buyer.user.name for buyer, _ in shop.sold if not buyer.role_names]
        if lost:
            tally.lose(f"{what}: {lost}")
        if folder != _SETTINGS:
            await _sell_one(shop)
            await shop.check_sales(tally)
    except Exception as error:  # noqa: BLE001 - whatever it is, it does not serve
        tally.crash(f"{what}: {error!r}")
    await shop.world.red.kill()


async def _sell_one(shop: Shop) -> None:
    """Sell to somebody new, unless they belong into the very file that is closed."""
    try:
        await shop.sell(f"buyer {len(shop.sold)}")
    except AssertionError as refused:
        if "cannot save anything" not in str(refused):
            raise


def _break_a_file(rng: random.Random, cogs: Path) -> tuple[str, str]:
    """The folder of the file that is broken now, and what was done to it."""
    files = sorted(cogs.glob("Shoppex*/settings.json"))
    # Most of the 256 files of the ledger hold nobody.
    used = [file for file in files if file.stat().st_size > _EMPTY]
    file = rng.choice(used if rng.random() < _USED else files)
    how = rng.choice(_WAYS)
    how(rng, file)
    return file.parent.name, f"{how.__name__} of {file.parent.name}"


def _cut(rng: random.Random, file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: rng.randrange(max(1, len(data)))])


def _empty(_rng: random.Random, file: Path) -> None:
    file.write_bytes(b"")


def _delete(_rng: random.Random, file: Path) -> None:
    file.unlink()


def _flip(rng: random.Random, file: Path) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(3):
        data[rng.randrange(len(data))] = rng.randrange(256)
    file.write_bytes(data)


def _replace(rng: random.Random, file: Path) -> None:
    file.write_bytes(rng.choice((b"null", b"[]", b"{}", b'"x"', b"\x00" * 100, b"{" * 5000)))


def _swap(rng: random.Random, file: Path) -> None:
    others = sorted(file.parent.parent.glob("ShoppexLedger*/settings.json"))
    file.write_bytes(rng.choice(others).read_bytes())


_EMPTY, _USED = 200, 0.8
_WAYS: tuple[Callable[[random.Random, Path], None], ...] = (
    *(_cut, _empty, _delete, _flip, _replace, _swap),
)
