"""The one translator of the cog; its `locales/` folder lies beside this file."""

from __future__ import annotations

from redbot.core.i18n import Translator

__all__ = ("_",)

_ = Translator("Shoppex", __file__)
