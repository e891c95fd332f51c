"""The git repository that an owner's bot fetches the cog from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commit_checkout(target: Path) -> Path:
    """Make a git repository of the working tree as it stands, and return it."""
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    _git(target, "init", "--quiet", "--initial-branch=main")
    _git(target, "add", "--all")
    who = ["-c", "user.name=Olga", "-c", "user.email=olga@example.com"]
    _git(target, *who, "commit", "--quiet", "--message", "as it stands")
    return target


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - the arguments are this file's own
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - wherever git is
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
