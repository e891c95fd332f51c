"""A local stand-in of Discord: its API and its gateway over real sockets.

It is written from Discord's documents, for a whole bot that runs in a process of its own. It
knows as much as Red and this cog ask for; what it does not know it answers with 404.

::

    async with DiscordStandIn() as discord:
        guild = discord.add_guild("The Game Cellar")
        shop = discord.add_channel(guild, "shop")
        ben = discord.join(guild, discord.add_user("ben"))
        ...  # a bot logs in at discord.api_url with discord.token
        asked = discord.slash(ben, shop, "buy", product="Gold Pass")
        form = await asked.form()
        sent = await discord.submit(asked, form, {"E-mail address": "ben@example.com"})
        invoice = await sent.answer()
"""

from standin.faults import Fault, Hang

from .gate import RecordedRequest
from .interactions import Form, Interaction
from .model import Attachment, Channel, Guild, Member, Message, Role, User
from .rate_limits import Limit, RateLimits
from .server import DiscordStandIn

__all__ = [
    "Attachment",
    "Channel",
    "DiscordStandIn",
    "Fault",
    "Form",
    "Guild",
    "Hang",
    "Interaction",
    "Limit",
    "Member",
    "Message",
    "RateLimits",
    "RecordedRequest",
    "Role",
    "User",
]
