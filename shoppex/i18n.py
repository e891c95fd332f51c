"""Translator of the cog; its `locales/` folder lies beside this file."""

from __future__ import annotations

import contextlib
import io
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from redbot.core.i18n import Translator, get_locale

from .command_mentions import CommandMentions

__all__ = ("_", "mentions", "ngettext")

mentions = CommandMentions()


class PluralTranslator(Translator):
    """Red's translator, and plurals: Red's own reader passes over them in a ``.po`` file."""

    def __init__(self, name: str, file: str) -> None:
        self._plurals: dict[str, NullTranslations] = {}
        self._locales = Path(file).parent / "locales"
        super().__init__(name, file)

    def __call__(self, untranslated: str) -> str:
        """A sentence in the current locale, still to be formatted."""
        return mentions.put_into(super().__call__(untranslated))

    def load_translations(self) -> None:
        """Load the current locale, once."""
        super().load_translations()  # type: ignore[no-untyped-call]
        locale = get_locale()
        if locale not in self._plurals:
            self._plurals[locale] = _read_plurals(self._locales / f"{locale}.po")

    def plural(self, singular: str, plural: str, count: int) -> str:
        """The form of a sentence for a number, in the current locale.

        Parameters
        ----------
        singular, plural
            The English sentence for one, and for any other number.
        """
        plurals = self._plurals.get(get_locale()) or NullTranslations()
        return mentions.put_into(plurals.ngettext(singular, plural, count))


def _read_plurals(path: Path) -> NullTranslations:
    """The plurals of a language; none for one that has no file."""
    text = ""
    with contextlib.suppress(OSError):
        text = path.read_text(encoding="utf-8")
    # All of them would take babel too long for the event loop; a handful have plurals.
    header, *entries = text.split("\n\n")
    plurals = [entry for entry in entries if "\nmsgid_plural " in entry]
    if not plurals:
        return NullTranslations()
    catalog = read_po(io.StringIO("\n\n".join([header, *plurals])))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


_ = PluralTranslator("Shoppex", __file__)
ngettext = _.plural
