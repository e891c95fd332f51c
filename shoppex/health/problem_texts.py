"""Sentences for problems that the doctor finds: what it is, what it means, and the fix."""

from __future__ import annotations

from ..i18n import _

_Sentences = dict[tuple[str, str], str]


def problem_sentence(name: str, reason: str) -> str:
    """The sentence for a reason of a check, still with its places for values.

    Raises
    ------
    KeyError
        When there is none.
    """
    sentences = {
        **_access(),
        **_webhook(),
        **_server(),
        **_shop(),
        **_subscriptions(),
        **_host(),
        **_unknown(),
    }
    return sentences.get((name, reason)) or sentences["", reason]


def _access() -> _Sentences:
    return {
        ("access", "no_key"): _(
            "There is no API key, so nothing can be sold. Enter one with `/shoppexset apikey`."
        ),
        ("access", "key_refused"): _(
            "Shoppex does not know the key any more: it was deleted, or replaced by a new one. "
            "Nothing can be sold, and payments are not seen. Create a key at Shoppex under "
            "Settings → Developer → API Keys, and enter it with `/shoppexset apikey`."
        ),
        ("access", "key_forbidden"): _(
            "Shoppex refuses the key, so nothing can be sold. It says: “{said}”. Look whether "
            "your shop is suspended; if not, enter a new key with `/shoppexset apikey`."
        ),
        ("access", "scopes_missing"): _(
            "The key lacks permissions without which nothing can be sold: {subjects}. Add them at "
            "Shoppex under Settings → Developer → API Keys."
        ),
        ("access", "scopes_useful"): _(
            "The key lacks permissions, so receipts, licences, pools of keys or this check may "
            "not work: {subjects}. Add them at Shoppex under Settings → Developer → API Keys."
        ),
        ("clock", "clock_behind"): _(
            "The clock of the bot's machine is {seconds} s behind that of Shoppex. If the "
            "difference reaches five minutes, the bot rejects Shoppex's webhooks, and purchases "
            "arrive late. The bot's owner should turn on automatic time (NTP) on the machine."
        ),
        ("clock", "clock_ahead"): _(
            "The clock of the bot's machine is {seconds} s ahead of that of Shoppex. If the "
            "difference reaches five minutes, the bot rejects Shoppex's webhooks, and purchases "
            "arrive late. The bot's owner should turn on automatic time (NTP) on the machine."
        ),
    }


def _webhook() -> _Sentences:
    return {
        ("listener", "not_listening"): _(
            "The bot does not listen for webhooks: {host}, port {port} could not be taken, or "
            "listening was stopped. Purchases still arrive, but only when the bot asks Shoppex. "
            "The bot's owner can choose another port with `/shoppexset listener`."
        ),
        ("webhook", "polling_only"): _(
            "The bot has no public address, so it asks Shoppex by itself instead of being told. "
            "Everything arrives, only later. To be told at once, the bot's owner sets an address "
            "with `/shoppexset publicurl`."
        ),
        ("webhook", "not_registered"): _(
            "No webhook at Shoppex leads to this bot, so purchases arrive late. `/shoppexset "
            "setup` makes one by itself; to make it by hand, use `/shoppexset secret`."
        ),
        ("webhook", "moved"): _(
            "The public address of the bot has changed, and the webhook at Shoppex leads to the "
            "former one, so purchases arrive late. `/shoppexset setup` changes it at Shoppex."
        ),
        ("webhook", "secret_doubtful"): _(
            "Shoppex may sign with a secret that the bot does not know. What it sends is then "
            "refused, and purchases arrive late. Use `/shoppexset rotate`."
        ),
        ("webhook", "no_secret"): _(
            "There is a webhook, but the bot does not know its secret and refuses what comes, so "
            "purchases arrive late. `/shoppexset rotate` has a new one made that nobody sees."
        ),
        ("webhook", "payments_unheard"): _(
            "The webhook does not tell of payments, so purchases arrive late. Have it set up once "
            "more by `/shoppexset setup`, or add these events at Shoppex under Settings → "
            "Developer → Webhooks: {subjects}."
        ),
        ("webhook", "events_missing"): _(
            "The webhook does not tell everything, so some changes are seen late. Have it set up "
            "once more by `/shoppexset setup`, or add these events at Shoppex under Settings → "
            "Developer → Webhooks: {subjects}."
        ),
        ("webhook", "registered_twice"): _(
            "More than one webhook leads here. Each signs with a secret of its own, so all but "
            "one are refused. Delete those that are not needed at Shoppex under Settings → "
            "Developer → Webhooks."
        ),
        ("reach", "secret_differs"): _(
            "A test event arrived, signed with another secret than the one that was entered, so "
            "webhooks are refused and purchases arrive late. Replace the secret with "
            "`/shoppexset rotate`."
        ),
        ("reach", "unsigned"): _(
            "A test event arrived with the old signature only, so webhooks are refused and "
            "purchases arrive late. If Shoppex cannot sign in the new way (V2) for your shop, use "
            "`/shoppexset legacysignature`."
        ),
        ("reach", "came_old"): _(
            "A test event arrived with a wrong time, so webhooks are not believed and purchases "
            "arrive late. The bot's owner should look at the clock of the bot's machine."
        ),
        ("reach", "nothing_came"): _(
            "A test event was sent from Shoppex and did not arrive, so purchases arrive late. Try "
            "again in a minute. If it stays so, the bot's owner should look whether the public "
            "address leads to the bot: open it with `/shoppex/health` at its end in a browser."
        ),
        ("reach", "no_connection"): _(
            "Shoppex cannot connect to the public address, so purchases arrive late. It says: "
            "“{said}”. The bot's owner should check the address (`/shoppexset publicurl`), the "
            "firewall, and the certificate of the web server or tunnel."
        ),
        ("reach", "somebody_else_answered"): _(
            "Something else than this bot answers at the public address (HTTP {status}). Shoppex "
            "takes webhooks for delivered that never reach the bot, so purchases arrive late. The "
            "bot's owner should check where the address of `/shoppexset publicurl` leads."
        ),
        ("reach", "redirected"): _(
            "The public address only points to another one (HTTP {status}), and webhooks are not "
            "sent on, so purchases arrive late. The bot's owner should set the final address with "
            "`/shoppexset publicurl`, and change the webhook at Shoppex."
        ),
        ("reach", "wrong_path"): _(
            "The web server at the public address does not pass `/shoppex/…` on to the bot (HTTP "
            "404), so purchases arrive late. The bot's owner should check its settings."
        ),
        ("reach", "bot_not_behind"): _(
            "The web server at the public address does not reach the bot (HTTP {status}), so "
            "purchases arrive late. The bot's owner should check that it passes requests on to "
            "the host and port of `/shoppexset listener`."
        ),
        ("reach", "refused_on_the_way"): _(
            "Something in front of the bot refuses webhooks (HTTP {status}), so purchases arrive "
            "late. The bot's owner should check the web server, tunnel or firewall at the public "
            "address: no password, and no protection against bots, may stand before `/shoppex/…`."
        ),
    }


def _server() -> _Sentences:
    return {
        ("intents", "members_unseen"): _(
            "Discord does not tell the bot of members, so it finds nobody to give a role to, and "
            "sees nobody come back. The bot's owner should switch on the Server Members Intent at "
            "discord.com/developers, start the bot without `--disable-intent members`, and "
            "restart it."
        ),
        ("permission", "no_manage_roles"): _(
            "The bot lacks Manage Roles, so nobody who buys gets a role. Give its role that "
            "permission under Server Settings → Roles. What waits is then delivered by itself."
        ),
        ("roles", "role_gained_power"): _(
            "These roles give more power over the server than when they were put on sale, so they "
            "are not given any more: {subjects}. Take that power from them, or confirm it by "
            "setting the roles of what is sold once more with `/shoppexset product roles` or "
            "`/shoppexset item roles`."
        ),
        ("roles", "role_too_high"): _(
            "Who buys these roles does not get them, because they are not below the bot's own "
            "highest role: {subjects}. Under Server Settings → Roles, drag the bot's role above "
            "them. What waits is then delivered by itself."
        ),
        ("roles", "role_gone"): _(
            "Who buys these roles gets nothing, because they no longer exist: {subjects}. Give "
            "their products another role with `/shoppexset product roles` or `/shoppexset item "
            "roles`."
        ),
        ("roles", "role_managed"): _(
            "Nobody can be given these roles, because they belong to a bot or an integration: "
            "{subjects}. Give their products another role with `/shoppexset product roles` or "
            "`/shoppexset item roles`."
        ),
        ("roles", "role_everyone"): _(
            "@everyone cannot be given, because everybody has it. Give its products another role "
            "with `/shoppexset product roles` or `/shoppexset item roles`."
        ),
        ("slash", "not_enabled"): _(
            "Red holds these commands back, so nobody sees them in Discord: {subjects}. The bot's "
            "owner types `{prefix}slash enablecog shoppex`, then `{prefix}slash sync`."
        ),
        ("slash", "not_synced"): _(
            "Discord does not know these commands yet, so nobody sees them: {subjects}. The bot's "
            "owner types `{prefix}slash sync`."
        ),
        ("slash", "outdated"): _(
            "Discord knows these commands in an older form, without what is new: {subjects}. The "
            "bot's owner types `{prefix}slash sync`."
        ),
    }


def _shop() -> _Sentences:
    return {
        ("products", "nothing_sold"): _(
            "Nothing is for sale. Add something with `/shoppexset product add` or `/shoppexset "
            "item add`."
        ),
        ("products", "gone"): _(
            "Shoppex does not have these any more, so nobody can buy them: {subjects}. Take them "
            "off with `/shoppexset product remove`. Who has bought them keeps what they have."
        ),
        ("products", "hidden"): _(
            "These are unlisted, private or on hold at Shoppex, so nobody sees them here: "
            "{subjects}. If that is not meant, change it at Shoppex."
        ),
        ("products", "pool_gone"): _(
            "These take their keys from a product that Shoppex does not have any more, so who "
            "buys them waits: {subjects}. Choose another pool with `/shoppexset item pool`."
        ),
        ("role_bot", "two_bots"): _(
            "Shoppex's own bot gives and takes the same roles as this one, so the two would "
            "fight: {subjects}. Switch Assign Role off in each of these products at Shoppex, "
            "under Discord."
        ),
        ("role_bot", "another_role"): _(
            "Shoppex's own bot gives a role for these, too, so buyers have to sign in to Discord "
            "at the checkout: {subjects}. If that is not meant, switch Assign Role off in each of "
            "these products at Shoppex, under Discord."
        ),
    }


def _subscriptions() -> _Sentences:
    return {
        ("subscriptions", "plan_unsold"): _(
            "Subscriptions changed at Shoppex to plans that are not for sale here, so the buyers "
            "keep what the former plans gave: {subjects}. Put the plans on sale with `/shoppexset "
            "product add`, or see `/shoppex waiting` to revoke or leave each."
        ),
        ("subscriptions", "subscription_overdue"): _(
            "Nothing was paid for these subscriptions for 30 days after their end, and Shoppex "
            "goes on with them, so the buyers keep what they give: {subjects}. See `/shoppex "
            "waiting`."
        ),
        ("subscriptions", "end_unreadable"): _(
            "These subscriptions are set to end, but I cannot read their end dates at Shoppex, so "
            "the buyers keep what they give: {subjects}. See `/shoppex waiting`."
        ),
    }


def _host() -> _Sentences:
    return {
        ("storage", "unreadable"): _(
            "The bot cannot read part of its own data: {subjects}. The members concerned get and "
            "lose nothing meanwhile. The bot's owner can bring it back with `{prefix}shoppexset "
            "owner restore`."
        ),
        ("storage", "files_large"): _(
            "The bot keeps its orders in {backend} files, and they have grown large ({size}), so "
            "each purchase takes the bot longer. The bot's owner can move everything to "
            "PostgreSQL with `redbot-setup convert`."
        ),
        ("lanes", "slow"): _(
            "Members waiting for a delivery: {accounts}, the longest for {minutes} min. There is "
            "a lot to do, or Discord or Shoppex answers slowly. No action is needed: the queue "
            "clears by itself."
        ),
        ("lanes", "stuck"): _(
            "Deliveries are stuck. Members waiting: {accounts}, the longest for {minutes} min. "
            "The bot's owner should look at the log, and reload the cog with `{prefix}reload "
            "shoppex`. Nothing is lost by that."
        ),
        ("waiting", "waits"): _(
            "Waiting for you: {count}. `/shoppex waiting` says why, and what to do."
        ),
    }


def _unknown() -> _Sentences:
    return {
        ("", "shoppex_unasked"): _(
            "Shoppex could not be asked right now, so this is not known. Check again in a few "
            "minutes."
        ),
        ("", "discord_unasked"): _(
            "Discord could not be asked right now, so this is not known. Check again in a few "
            "minutes."
        ),
        ("", "too_slow"): _(
            "The answer took too long, so this is not known. Check again in a few minutes."
        ),
        ("", "broken"): _(
            "This check failed because of a fault in the bot, so it is not known. The bot's owner "
            "finds more in its log."
        ),
        ("", "scope_needed"): _(
            "The key may not be used to find this out: it lacks {subjects}. Add that at Shoppex "
            "under Settings → Developer → API Keys."
        ),
        ("clock", "clock_untold"): _("Shoppex did not tell its time, so this is not known."),
    }
