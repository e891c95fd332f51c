"""A slash command as somebody types it, as the client that knows the bot's commands sends it.

https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .model import Json

_SUBCOMMAND, _GROUP = 1, 2
# What can be typed: text, a whole number, yes or no, a number.
_TYPED: dict[int, type | tuple[type, ...]] = {3: str, 4: int, 5: bool, 10: (int, float)}


def typed(commands: Sequence[Json], text: str, options: Mapping[str, object]) -> Json:
    """The ``data`` of an interaction.

    Parameters
    ----------
    commands
        What the bot registered.
    text
        The name, with those of subcommands, as in ``"shoppexset product add"``.
    options
        What is filled in, by name.

    Raises
    ------
    LookupError
        When there is no such command or option, or a required one is missing.
    """
    root, *path = text.split()
    command = node = _named(commands, root, "command")
    steps: list[Json] = []
    for name in path:
        node = _named(node.get("options", []), name, f"command {node['name']} …")
        steps.append({"type": node["type"], "name": name})
    known = node.get("options", [])
    if any(option["type"] in (_SUBCOMMAND, _GROUP) for option in known):
        _named(known, "", f"command {text} …")
    filled = [_fill(_named(known, name, "option"), value) for name, value in options.items()]
    missing = [o["name"] for o in known if o.get("required") and o["name"] not in options]
    if missing:
        raise LookupError(f"/{text} needs {', '.join(missing)}")
    for step in reversed(steps):
        filled = [{**step, "options": filled}]
    return {"id": command["id"], "type": 1, "name": root, "options": filled}


def _fill(option: Json, value: object) -> Json:
    expected = _TYPED.get(option["type"])
    if expected is None:
        raise LookupError(f"option {option['name']!r} has type {option['type']}: not known here")
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise TypeError(f"option {option['name']!r} cannot be {value!r}")
    return {"type": option["type"], "name": option["name"], "value": value}


def _named(things: Sequence[Json], name: str, kind: str) -> Json:
    for thing in things:
        if thing["name"] == name:
            return thing
    known = ", ".join(thing["name"] for thing in things) or "none"
    raise LookupError(f"there is no {kind} {name!r}; there are: {known}")
