"""Converters from typed arguments to values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import discord
from babel.numbers import get_currency_precision, list_currencies
from discord import app_commands
from discord.ext.commands.view import StringView
from redbot.core import commands

from ..domain.money import Money, parse_currency
from ..i18n import _

# https://…/api-reference/payments/create-payment: contract, section 2.3.
_SMALLEST = Decimal("0.01")
_DIGITS = 10
_PRICE = re.compile(r"([0-9]{1,10})(?:[.,]([0-9]{1,6}))?")
# One mark before three digits: a thousand to some, a fraction to others.
_AMBIGUOUS = re.compile(r"([1-9][0-9]{0,6})[.,]([0-9]{3})")
LONGEST_DAYS = 3650
_DAYS = re.compile(r"([0-9]{1,4})d", re.IGNORECASE)


class RoleList(commands.Converter[tuple[discord.Role, ...]]):
    """Any number of roles: mentions, ids, or names; names with spaces in quotes.

    Unlike ``Greedy`` it says so when a word is no role, instead of leaving it out.
    """

    async def convert(  # type: ignore[override] # Red hands its own Context
        self, ctx: commands.Context, argument: str
    ) -> tuple[discord.Role, ...]:
        """Read the roles, each once."""
        view = StringView(argument)
        roles: dict[int, discord.Role] = {}
        while True:
            view.skip_ws()
            word = view.get_quoted_word()
            if word is None:
                return tuple(roles.values())
            role = await self._role(ctx, word.strip(","))
            roles[role.id] = role

    @staticmethod
    async def _role(ctx: commands.Context, word: str) -> discord.Role:
        try:
            return await commands.RoleConverter().convert(ctx, word)
        except commands.RoleNotFound as error:
            raise commands.BadArgument(
                _(
                    "There is no role “{word}” in this server. Nothing was changed. Mention the "
                    "roles, or put names with spaces in quotes."
                ).format(word=word)
            ) from error


if TYPE_CHECKING:
    Roles = tuple[discord.Role, ...]
else:
    Roles = RoleList


def read_price(amount: str, currency: str) -> Money:
    """A price that can be asked for.

    Raises
    ------
    BadArgument
        With the sentence that says what is wrong.
    """
    code = parse_currency(currency)
    if code is None or code not in list_currencies():
        raise commands.BadArgument(
            _(
                "“{text}” is not a currency. Use its three letters, such as EUR, USD or GBP. "
                "Nothing was changed."
            ).format(text=currency[:20])
        )
    digits = get_currency_precision(code)
    written = amount.strip()
    unclear = _AMBIGUOUS.fullmatch(written)
    if unclear and digits != len(unclear[2]):
        raise commands.BadArgument(
            _(
                "“{text}” can mean two prices. Write `{whole}` or `{part}`, whichever you mean. "
                "Nothing was changed."
            ).format(
                text=written,
                whole=unclear[1] + unclear[2],
                part=f"{unclear[1]}.{unclear[2][:digits]}" if digits else unclear[1],
            )
        )
    read = _PRICE.fullmatch(written)
    parsed = None if read is None else Decimal(f"{read[1]}.{read[2] or 0}")
    smallest = max(_SMALLEST, Decimal(1).scaleb(-digits))
    if parsed is None or parsed < smallest or parsed != round(parsed, digits):
        raise commands.BadArgument(
            _not_a_price(digits).format(
                text=written[:20],
                currency=code,
                most=_DIGITS,
                digits=digits,
                example=_example(digits),
                least=smallest,
            )
        )
    return Money(round(parsed, digits), code)


def _not_a_price(digits: int) -> str:
    """How a price is written, in a currency with that many decimals."""
    if not digits:
        return _(
            "“{text}” is not a price in {currency}. Write a whole number such as {example}, of at "
            "most {most} digits, without spaces and thousands separators. The minimum is {least}. "
            "Nothing was changed."
        )
    return _(
        "“{text}” is not a price in {currency}. Write a number such as {example}: at most {most} "
        "digits before the decimal point and {digits} after it, without spaces and thousands "
        "separators. The minimum is {least}. Nothing was changed."
    )


def _example(digits: int) -> str:
    """A price with that many decimals."""
    return f"9.{'9' * digits}" if digits else "1500"


class DaysConverter(commands.Converter[int], app_commands.Transformer):
    """For how many days roles last: a number as a slash option, such as `30d` when typed.

    The letter tells it from the id of a role, which may follow.
    """

    type = discord.AppCommandOptionType.integer
    min_value = 1
    max_value = LONGEST_DAYS

    async def convert(self, _ctx: commands.Context, argument: str) -> int:  # type: ignore[override] # Red hands its own Context
        """Read what was typed."""
        written = _DAYS.fullmatch(argument)
        days = int(written[1]) if written else 0
        if not 1 <= days <= LONGEST_DAYS:
            raise commands.BadArgument(
                _("“{word}” is no number of days such as 30d. Nothing was changed.").format(
                    word=argument[:20]
                )
            )
        return days

    async def transform(self, _interaction: discord.Interaction, value: int, /) -> int:
        """Take the option as Discord checked it."""
        return value


if TYPE_CHECKING:
    Days = int
else:
    Days = DaysConverter


class QuantityConverter(commands.Converter[int], app_commands.Transformer):
    """How many: a number as a slash option. What is typed is read as a whole, see below."""

    type = discord.AppCommandOptionType.integer

    async def convert(self, _ctx: commands.Context, _argument: str) -> int:  # type: ignore[override] # Red hands its own Context
        """Take any word: it may belong to a title of several."""
        return 1

    async def transform(self, _interaction: discord.Interaction, value: int, /) -> int:
        """Take the option as Discord checked it."""
        return value


if TYPE_CHECKING:
    Quantity = int
else:
    Quantity = QuantityConverter


def words_after_command(ctx: commands.Context) -> tuple[str, ...]:
    """The words that were typed behind a command; those in quotes are one."""
    text = ctx.message.content.removeprefix(ctx.prefix or "").strip()
    view = StringView(text.removeprefix(ctx.invoked_with or "").strip())
    words: list[str] = []
    while True:
        view.skip_ws()
        try:
            word = view.get_quoted_word()
        except commands.ArgumentParsingError:
            return tuple(view.buffer.split())
        if word is None:
            return tuple(words)
        words.append(word)
