"""What staff are told in passing: sales, refunds, and what was done by hand."""

from __future__ import annotations

import logging

from ..domain.happening import Happening

log = logging.getLogger("red.shoppex.journal")


class Journal:
    """Takes what happened."""

    def note(self, happening: Happening) -> None:
        """Something happened in a shop."""
        log.info(
            "%s in guild %s: order %s",
            happening.kind.value,
            happening.key.guild_id,
            happening.order or "-",
        )
