"""The git repository that an owner's bot fetches the cog from, and what it requires."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]


def commit_checkout(target: Path) -> Path:
    """Make a git repository of the working tree as it stands, and return it.

    In a repository that is there already this becomes its newest commit.
    """
    if (target / ".git").exists():
        _git(target, "rm", "-r", "--quiet", ".")
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard")
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    return _commit(target, "as it stands")


def knows(commit: str) -> bool:
    """Whether an earlier commit is there: a shallow clone has none."""
    done = subprocess.run(  # noqa: S603 - as below
        ["git", "-C", str(ROOT), "cat-file", "-e", f"{commit}^{{commit}}"],  # noqa: S607 - as below
        check=False,
        capture_output=True,
    )
    return done.returncode == 0


def commit_former(target: Path, commit: str) -> Path:
    """Make a git repository of what an owner gets of an earlier commit, and return it."""
    archive = subprocess.run(  # noqa: S603 - as below
        ["git", "-C", str(ROOT), "archive", commit, "info.json", "shoppex"],  # noqa: S607 - as below
        check=True,
        capture_output=True,
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(target, filter="data")
    return _commit(target, f"as {commit} was")


def _commit(target: Path, message: str) -> Path:
    _git(target, "init", "--quiet", "--initial-branch=main")
    _git(target, "add", "--all")
    who = ["-c", "user.name=Olga", "-c", "user.email=olga@example.com"]
    _git(target, *who, "commit", "--quiet", "--message", message)
    return target


def pip_settings(folder: Path) -> dict[str, str]:
    """Environment in which pip finds what the cog requires in ``folder``, and asks nobody.

    It is packed again from what the tests themselves run with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pillow = distribution("Pillow")
    tags = (pillow.read_text("WHEEL") or "").partition("Tag: ")[2].split()
    with zipfile.ZipFile(folder / f"pillow-{pillow.version}-{tags[0]}.whl", "w") as wheel:
        for file in pillow.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                wheel.write(str(file.locate()), file.as_posix())
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - the arguments are this file's own
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - wherever git is
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
