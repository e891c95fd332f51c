"""Imports run downwards only: a room knows the floors below it, never those above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
# What each feature takes from others; all else that they share lies below them.
FEATURES: dict[str, set[str]] = {
    "checkout": set(),
    "connection": set(),
    "dry_run": {"checkout", "offers"},
    "health": {"connection", "offers"},
    "licenses": {"log_channel", "purchases"},
    "log_channel": set(),
    "offers": {"checkout", "connection"},
    "orders": {"log_channel", "offers", "purchases"},
    "purchases": {"checkout", "log_channel"},
    "setup": {"connection", "log_channel", "offers"},
    "statistics": set(),
}
LAYERS = (
    "cog",
    {"command_groups", "composition"},
    "gateway_events",
    set(FEATURES),
    "ui",
    "webhook",
    "fulfilment",
    "store",
    "api",
    {
        "bounded_dict",
        "command_mentions",
        "discord_limits",
        "embed_text",
        "errors",
        "formatting",
        "i18n",
        "lifecycle",
        "rate_limit",
        "steady_clock",
    },
    "domain",
)
# Within fulfilment, the same.
FULFILMENT = ("reconcile", "steps", "engine", "intake", "entitlement")
NAMES = {name for layer in LAYERS for name in ([layer] if isinstance(layer, str) else layer)}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("shoppex", include_external_packages=True, cache_dir=None)


def imported_names() -> Iterator[tuple[str, str]]:
    """Each name that a file of the cog imports absolutely, as (file, dotted name)."""
    for path in sorted((ROOT / "shoppex").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield from ((file, f"{node.module}.{alias.name}") for alias in node.names)


def test_every_room_is_on_a_floor(graph: grimp.ImportGraph) -> None:
    assert graph.find_children("shoppex") == {f"shoppex.{name}" for name in NAMES}


def test_imports_run_downwards_only(graph: grimp.ImportGraph) -> None:
    layers = [
        layer if isinstance(layer, str) else grimp.Layer(*layer, independent=False)
        for layer in LAYERS
    ]
    illegal = graph.find_illegal_dependencies_for_layers(layers, containers={"shoppex"})
    assert {(found.importer, found.imported) for found in illegal} == set()


def test_features_use_only_the_features_that_are_listed(graph: grimp.ImportGraph) -> None:
    used: dict[str, set[str]] = {name: set() for name in FEATURES}
    for name, others in used.items():
        for other in FEATURES:
            upper, lower = f"shoppex.{name}", f"shoppex.{other}"
            if name != other and graph.direct_import_exists(
                importer=upper, imported=lower, as_packages=True
            ):
                others.add(other)
    assert used == FEATURES


def test_features_form_no_circle() -> None:
    assert list(TopologicalSorter(FEATURES).static_order())


def test_fulfilment_has_floors_too(graph: grimp.ImportGraph) -> None:
    room = "shoppex.fulfilment"
    assert graph.find_children(room) == {f"{room}.{name}" for name in FULFILMENT}
    illegal = graph.find_illegal_dependencies_for_layers(FULFILMENT, containers={room})
    assert {(found.importer, found.imported) for found in illegal} == set()


def test_the_domain_imports_nothing_of_ours_but_itself_and_no_library(
    graph: grimp.ImportGraph,
) -> None:
    rooms = {"shoppex.domain", *graph.find_descendants("shoppex.domain")}
    imported = {name for room in rooms for name in graph.find_modules_directly_imported_by(room)}
    ours = {name for name in imported if name.split(".")[0] == "shoppex"}
    assert ours <= rooms
    assert imported.isdisjoint({"aiohttp", "babel", "discord", "redbot"})


def test_the_api_client_knows_neither_red_nor_discord(graph: grimp.ImportGraph) -> None:
    assert {"discord", "redbot"} <= graph.modules
    for room in {"shoppex.api", *graph.find_descendants("shoppex.api")}:
        for library in ("redbot", "discord"):
            assert graph.find_shortest_chain(room, library) is None


def test_only_the_store_uses_config() -> None:
    users = {
        file
        for file, name in imported_names()
        if name in ("redbot.core.Config", "redbot.core.config.Config", "redbot.core.config")
    }
    assert users
    assert all(file.startswith("shoppex/store/") for file in users)


def test_nobody_reaches_for_the_cog(graph: grimp.ImportGraph) -> None:
    assert graph.find_modules_that_directly_import("shoppex.cog") == {"shoppex"}


def test_nobody_imports_the_package_by_its_name() -> None:
    # Red loads it under the bare name `shoppex`, from a folder of any name.
    assert [found for found in imported_names() if found[1].split(".")[0] == "shoppex"] == []
