"""`[p]shoppexset owner`: bringing back what the store lost."""

from __future__ import annotations

from redbot.core import commands

from ..fulfilment.engine.engine import Engine
from ..fulfilment.reconcile.rebuild import LedgerRebuild, RebuildResult
from ..fulfilment.reconcile.reconciler import Reconciler
from ..i18n import _
from ..ui.confirm_command import is_sure, send_quietly
from ..ui.settings_group import SettingsGroup
from .damage_texts import describe_damages, restore_hint


class RecoveryCommands(SettingsGroup):
    """For the bot's owner, about all servers."""

    engine: Engine
    reconciler: Reconciler
    ledger_rebuild: LedgerRebuild

    @SettingsGroup.shoppexset.group(name="owner")
    @commands.is_owner()
    async def shoppexset_owner(self, ctx: commands.GuildContext) -> None:
        """Bring back orders and settings that were lost, in all servers."""

    @shoppexset_owner.command(name="restore")
    @commands.is_owner()
    async def shoppexset_owner_restore(self, ctx: commands.GuildContext) -> None:
        """Show what cannot be read, and bring it back from the last backups.

        Afterwards Shoppex is asked for everything since. Files that were set aside stay.
        """
        await ctx.defer(ephemeral=True)
        damages = (*self.settings.damages, *self.ledger.damages)
        if not damages:
            await send_quietly(ctx, _("✅ Everything can be read. There is nothing to restore."))
            return
        question = _(
            "Shall I put the last backups, at most a day old, in their place, and ask Shoppex "
            "for everything since?"
        )
        shown = describe_damages(damages)
        if not await is_sure(ctx, self.gate, f"{shown}\n\n{question}"):
            return
        if self.settings.damages:
            await self._restore_settings(ctx)
            return
        done = await self.ledger.restore()
        rebuilt = await self._catch_up()
        text = _("✅ Backups restored: {count}.").format(count=len(done))
        left = self.ledger.damages
        if left:
            text += "\n" + _(
                "There is no backup for {places}. `{prefix}shoppexset owner rebuild` starts these "
                "files empty and adds the orders that Shoppex lists. Gifts, moved purchases and "
                "staff decisions are not recovered."
            ).format(
                places=", ".join(sorted({f"`{damage.place}`" for damage in left})[:10]),
                prefix=ctx.clean_prefix,
            )
        await send_quietly(ctx, f"{text}\n{_said(rebuilt)}")

    async def _catch_up(self) -> RebuildResult:
        """Ask Shoppex for what is missing, and go on with everybody."""
        rebuilt = await self.ledger_rebuild.run(self.ledger.lost_at)
        self.engine.mark_unsettled()
        for guild_id in self.settings.guild_ids():
            self.reconciler.wake(guild_id)
        return rebuilt

    async def _restore_settings(self, ctx: commands.GuildContext) -> None:
        if await self.settings.restore():
            text = _(
                "✅ The settings are restored. Load the cog again with `{prefix}reload shoppex`; "
                "until then nothing changes. Then run this command once more: it asks Shoppex "
                "for what happened since."
            )
        elif not self.settings.are_lost:
            text = _(
                "There is no backup of these servers' settings, so they stay as they are and the "
                "servers sell nothing. Put back a backup of your own while the bot is stopped."
            )
        else:
            text = _(
                "There is no backup of the settings. The orders are kept. In each server, set the "
                "shop up again with `{prefix}shoppexset setup` and the same API key; then load "
                "the cog again with `{prefix}reload shoppex`, and use `{prefix}shoppexset owner "
                "rebuild`."
            )
        await send_quietly(ctx, text.format(prefix=ctx.clean_prefix))

    @shoppexset_owner.command(name="rebuild")
    @commands.is_owner()
    async def shoppexset_owner_rebuild(self, ctx: commands.GuildContext) -> None:
        """Take the orders that are missing here from Shoppex's lists, in all servers.

        Try `restore` first. What Shoppex does not know cannot be rebuilt: roles given by hand,
        moved purchases, keys out of a pool, notes of the staff.
        """
        await ctx.defer(ephemeral=True)
        if self.settings.damages:
            first = _("Nothing was rebuilt: restore the settings first.")
            hint = restore_hint(ctx.clean_prefix)
            shown = describe_damages(self.settings.damages)
            await send_quietly(ctx, f"{first} {hint}\n\n{shown}")
            return
        question = _(
            "Shall I ask Shoppex for all orders of all servers, and add those that are missing "
            "here? Files that were lost and have no backup start empty. No role is taken and no "
            "key is sent again. This can take some minutes."
        )
        if not await is_sure(ctx, self.gate, question):
            return
        await self.ledger.restore()
        await self.ledger.reopen()
        await send_quietly(ctx, _said(await self._catch_up()))


def _said(rebuilt: RebuildResult) -> str:
    if rebuilt.failed:
        return _(
            "⚠️ Orders added from Shoppex: {orders}. Not all orders of these servers could be "
            "read: {guilds}. Run the command again later; nothing is added twice."
        ).format(orders=rebuilt.orders, guilds=", ".join(map(str, rebuilt.failed)))
    return _("✅ Orders added from Shoppex: {orders}.").format(orders=rebuilt.orders)
