"""`[p]shoppexset setup`: from nothing to a first sale, left and taken up again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
import pytest
import simcord

import standin
from harness import World, store_away
from harness.world import EVENTS, as_typed, field, text_of

NEEDED = {"products.read", "orders.read", "orders.write", "subscriptions.read"}
TO_STEP, TO_PRODUCT, TO_ROLES = "Go to a step", "Choose a product", "Choose the roles"
TO_CHANNEL = "Choose a channel"
SET_UP = "Set it up for me"


class Desk:
    """Somebody in front of the message with the steps."""

    def __init__(self, world: World, who: simcord.MemberActor | None = None) -> None:
        self.world = world
        self.who = who or world.admin
        self.message: Any = None

    async def open(self, *, typed: bool = False) -> Desk:
        """Use the command."""
        if typed:
            await self.who.send(self.world.channel, "!shoppexset setup")
            self.message = self.world.channel.last_message
        else:
            answer = await self.who.slash(self.world.channel, "shoppexset setup")
            assert answer.ephemeral
            self.message = answer.response
        return self

    @property
    def text(self) -> str:
        """All that the message says."""
        embed: discord.Embed = self._now().embeds[0]
        fields = "".join(f"\n{f.name}\n{f.value}" for f in embed.fields)
        return as_typed(f"{embed.description}{fields}\n{embed.footer.text or ''}")

    @property
    def step(self) -> str:
        """The step that is shown."""
        return str(self._now().embeds[0].fields[0].name)

    @property
    def marks(self) -> str:
        """The mark of each step."""
        lines = (self._now().embeds[0].description or "").split("\n\n")[0].splitlines()
        return "".join(line.split()[0] for line in lines)

    def labels(self) -> list[str]:
        """What can be pressed or opened."""
        return [
            c.get("label") or c.get("placeholder")
            for row in self._components()
            for c in row["components"]
        ]

    def options(self, placeholder: str) -> list[str]:
        """What a menu offers."""
        return [option["label"] for option in self._menu(placeholder)["options"]]

    async def press(self, label: str) -> simcord.InteractionResult:
        """Press a button."""
        return await self.who.click(self.message, label=label)

    async def fill_in(self, label: str, *values: str) -> simcord.InteractionResult:
        """Open a form by its button and send it."""
        form = await self.press(label)
        return await self.who.submit_modal(
            form, {field(form, number): value for number, value in enumerate(values)}
        )

    async def choose(self, placeholder: str, values: Sequence[Any]) -> simcord.InteractionResult:
        """Choose in a menu; options by what stands on them."""
        menu = self._menu(placeholder)
        known = {option["label"]: option["value"] for option in menu.get("options", ())}
        chosen = [known[value] if isinstance(value, str) else value for value in values]
        return await self.who.select(self.message, chosen, custom_id=menu["custom_id"])

    async def go_to(self, step: str) -> None:
        """Go to a step."""
        await self.choose(TO_STEP, [step])

    def _menu(self, placeholder: str) -> dict[str, Any]:
        for row in self._components():
            for component in row["components"]:
                if component.get("placeholder") == placeholder:
                    return dict(component)
        raise AssertionError(f"no menu {placeholder!r} in {self.labels()}")

    def _components(self) -> list[dict[str, Any]]:
        return [c if isinstance(c, dict) else c.to_dict() for c in self._now().components]

    def _now(self) -> Any:
        """The message as it is by now."""
        if isinstance(self.message, discord.Message):
            return next(m for m in self.world.channel.history() if m.id == self.message.id)
        return self.message


def public_url(world: World) -> str:
    """An address under which the stand-in reaches the listener."""
    return f"http://127.0.0.1:{world.instance.port}"


async def set_public_url(world: World, url: str) -> None:
    await world.owner.send(world.channel, f"!shoppexset publicurl {url}")


@pytest.fixture
async def keyed(bare_world: World) -> Desk:
    """The message after the first step, where the owner has set an address."""
    await set_public_url(bare_world, public_url(bare_world))
    desk = await Desk(bare_world).open()
    await desk.fill_in("Enter the API key", bare_world.shop.api_key)
    assert desk.step == "Webhook"
    return desk


# -- the whole way -------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [False, True])
async def test_from_nothing_to_the_first_sale(bare_world: World, *, typed: bool) -> None:
    world = bare_world
    world.make_owner(world.admin)
    world.shop.add_product(title="Gold Pass", price="9.99")
    gold = world.guild.create_role("Gold")
    office = world.guild.create_text_channel("office")

    desk = await Desk(world).open(typed=typed)
    assert desk.marks == "➡️▫️▫️▫️▫️▫️"
    assert "`orders.write`" in desk.text
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert world.shop.profile.name in desk.text
    assert desk.step == "How payments are heard of"
    await desk.fill_in("Enter the public address", public_url(world) + "/")
    assert world.webhook_url in desk.text
    await desk.press(SET_UP)
    assert "nobody has seen its secret" in desk.text
    await desk.press("Choose a product")
    await desk.choose(TO_PRODUCT, ["Gold Pass"])
    await desk.choose(TO_ROLES, [gold])
    assert f"Buyers get {gold.mention}" in desk.text
    await desk.choose(TO_CHANNEL, [office])
    assert desk.marks == "✅✅✅✅✅➡️"
    assert "`/buy`" in desk.text
    assert "`/shoppexset doctor`" in desk.text

    report = await desk.choose("Make a test purchase of…", ["Gold Pass"])
    await world.env.settle()
    assert "everything works" in text_of(report)
    assert desk.marks == "✅✅✅✅✅✅"
    assert world.roles_of(world.admin) == {"Admins"}

    [hook] = world.shop.webhooks
    assert hook.url == world.webhook_url
    assert sorted(hook.events) == sorted(EVENTS)
    secrets = (hook.secret, world.shop.api_key)
    assert not any(secret in text for secret in secrets for text in (*world.public(), desk.text))

    await world.order("Gold Pass")
    await world.pay_newest()
    assert world.roles_of(world.buyer) == {"Gold"}
    assert [d.attempts[0].status for d in world.shop.deliveries if d.event == "order:paid"] == [
        200
    ]


async def test_left_and_taken_up_again_after_a_restart(keyed: Desk) -> None:
    world = keyed.world
    await keyed.press(SET_UP)
    assert keyed.step == "First product"
    hook = world.shop.webhooks[0]
    secret = hook.secret
    await world.instance.restart(world.env)

    again = await Desk(world).open()
    assert again.step == "First product"
    assert again.marks == "✅✅✅➡️▫️▫️"
    await again.press("Leave this out")
    await again.press("Tell the server's owner")
    assert again.marks == "✅✅✅➖➖➡️"
    await world.instance.restart(world.env)
    assert (await Desk(world).open()).marks == "✅✅✅➖➖➡️"
    assert (world.shop.webhooks, hook.secret) == ([hook], secret)


async def test_gone_through_again_it_changes_only_what_is_asked(keyed: Desk) -> None:
    world = keyed.world
    await keyed.press(SET_UP)
    world.shop.add_product(title="Gold Pass", price="9.99")
    await keyed.press("Choose a product")
    await keyed.choose(TO_PRODUCT, ["Gold Pass"])
    await keyed.press("No role")
    await keyed.press("Tell the server's owner")
    settings = world.bot.get_cog("Shoppex").settings
    before, secret = settings.guild(world.guild.id), world.shop.webhooks[0].secret

    desk = await Desk(world).open()
    assert desk.step == "Test purchase"
    await desk.go_to("Webhook")
    await desk.press(SET_UP)
    await desk.go_to("API key")
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert settings.guild(world.guild.id) == before
    assert [hook.secret for hook in world.shop.webhooks] == [secret]
    await desk.go_to("Where staff are told")
    office = world.guild.create_text_channel("office")
    await desk.choose(TO_CHANNEL, [office])
    changed = settings.guild(world.guild.id)
    assert changed.log_channel == office.id
    assert changed.products == before.products


async def test_polling_only_needs_no_webhook(bare_world: World) -> None:
    world = bare_world
    desk = await Desk(world).open()
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert "Only the bot's owner can set it" in desk.text
    assert "Enter the public address" not in desk.labels()
    await desk.press("Shoppex sends payments")
    assert "no public address yet" in desk.text
    assert desk.marks.startswith("✅❌")
    await desk.press("I ask Shoppex")
    assert desk.marks == "✅✅➖➡️▫️▫️"
    assert world.shop.webhooks == []
    await desk.go_to("Webhook")
    assert "Not needed" in desk.text
    assert desk.labels() == [TO_STEP]

    gold = world.guild.create_role("Gold")
    await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    await world.order("Gold Pass")
    await world.pay_newest()
    await world.env.advance_time(90)
    assert world.roles_of(world.buyer) == {"Gold"}


async def test_after_the_buttons_are_gone_it_says_how_to_go_on(keyed: Desk) -> None:
    desk = await Desk(keyed.world).open(typed=True)
    await desk.world.env.advance_time(900)
    assert "Use the command again" in desk.text
    assert desk.labels() == []


# -- who may -------------------------------------------------------------------------------


async def test_a_stranger_presses_nothing(bare_world: World) -> None:
    world = bare_world
    desk = await Desk(world).open(typed=True)
    for stranger in (world.buyer, world.owner):
        answer = await stranger.click(desk.message, label="Enter the API key")
        assert "belongs to somebody else" in text_of(answer)
    sent = await world.buyer.send(world.channel, "!shoppexset setup")
    assert world.channel.last_message == sent


async def test_who_is_no_longer_staff_presses_nothing(bare_world: World) -> None:
    world = bare_world
    desk = await Desk(world).open(typed=True)
    world.env.backend.remove_member_role(world.guild.id, world.admin.id, world.admins.id)
    await world.env.settle()
    assert "for those who set up the shop" in text_of(await desk.press("Enter the API key"))


async def test_only_the_owner_enters_the_public_address(bare_world: World) -> None:
    world = bare_world
    world.make_owner(world.admin)
    desk = await Desk(world).open()
    await desk.fill_in("Enter the API key", world.shop.api_key)
    form = await desk.press("Shoppex sends payments")
    world.bot.owner_ids.remove(world.admin.id)
    await world.admin.submit_modal(form, {field(form, 0): public_url(world)})
    assert "Nothing was changed" in desk.text
    assert world.bot.get_cog("Shoppex").settings.listener.public_url is None


# -- the key -------------------------------------------------------------------------------


async def test_a_bad_key_is_refused_in_the_message(bare_world: World) -> None:
    world = bare_world
    desk = await Desk(world).open()
    for key, said in (("no key at all", "That is not an API key"), ("shx_wrong", "does not know")):
        await desk.fill_in("Enter the API key", key)
        assert said in desk.text
        assert key not in desk.text
        assert desk.marks.startswith("❌")
    world.shop.switches.scopes = {"products.read"}
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert "`orders.read`, `orders.write`, `subscriptions.read`" in desk.text
    world.shop.cloudflare_next("*", "*", times=10)
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert "cannot be reached" in desk.text
    assert desk.step == "API key"


async def test_a_key_that_may_not_manage_webhooks(bare_world: World) -> None:
    world = bare_world
    await set_public_url(world, public_url(world))
    world.shop.switches.scopes = {*NEEDED, "webhooks.read"}
    desk = await Desk(world).open()
    await desk.fill_in("Enter the API key", world.shop.api_key)
    assert "`webhooks.write`: making that webhook" in desk.text
    await desk.press(SET_UP)
    assert "lacks these permissions: `webhooks.write`" in desk.text

    # By hand it goes on.
    hook = world.shop.add_webhook(world.webhook_url, events=EVENTS)
    await desk.fill_in("Paste the secret", "short")
    assert "not a webhook secret" in desk.text
    await desk.fill_in("Paste the secret", hook.secret)
    assert desk.marks.startswith("✅✅✅")
    assert hook.secret not in desk.text


async def test_nothing_can_be_saved(bare_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = await Desk(bare_world).open()
    form = await desk.press("Enter the API key")
    with store_away(monkeypatch):
        await desk.who.submit_modal(form, {field(form, 0): bare_world.shop.api_key})
    assert "cannot save anything" in desk.text
    assert desk.step == "API key"


# -- the webhook ---------------------------------------------------------------------------


async def test_a_webhook_that_leads_here_already_is_used(keyed: Desk) -> None:
    world = keyed.world
    other = world.shop.add_webhook("https://elsewhere.example/hook", events=["order:paid"])
    hook = world.shop.add_webhook(world.webhook_url, events=["order:paid"])
    old = hook.secret
    await keyed.press(SET_UP)
    assert world.shop.webhooks == [other, hook]
    assert sorted(hook.events) == sorted(EVENTS)
    assert hook.secret != old
    await assert_heard(world, hook)


async def test_a_creation_without_an_answer_makes_no_second_webhook(keyed: Desk) -> None:
    world = keyed.world
    world.shop.drop_next("POST", "/webhooks", after=True)
    await keyed.press(SET_UP)
    assert keyed.marks.startswith("✅✅✅")
    [hook] = world.shop.webhooks
    await assert_heard(world, hook)


async def test_a_creation_of_which_nothing_is_known_is_looked_for_first(keyed: Desk) -> None:
    world = keyed.world
    world.shop.drop_next("POST", "/webhooks", after=True)
    thin = world.shop.empty_pages("/webhooks")
    await keyed.press(SET_UP)
    assert "never make a second one" in keyed.text
    assert keyed.step == "Webhook"
    thin.stop()
    await keyed.press(SET_UP)
    [hook] = world.shop.webhooks
    await assert_heard(world, hook)


@pytest.mark.parametrize("how", ["id only", "never told"])
async def test_a_creation_that_does_not_tell_the_secret(keyed: Desk, how: str) -> None:
    world = keyed.world
    if how == "id only":
        world.shop.switches.webhook_create_answer = "id_only"
    else:
        world.shop.switches.secret_field = "unknown"  # noqa: S105 - the name of a field
    await keyed.press(SET_UP)
    [hook] = world.shop.webhooks
    if how == "never told":
        assert "does not tell it to me" in keyed.text
        assert keyed.marks.startswith("✅✅❌")
        await keyed.fill_in("Paste the secret", hook.secret)
    assert keyed.marks.startswith("✅✅✅")
    await assert_heard(world, hook)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (["order:paid", "order:updated"], "`order:disputed`, `subscription:created`"),
        ([*EVENTS], None),
        (["order:created", "product:stock"], "no event any more that tells of a payment"),
    ],
)
async def test_events_that_shoppex_does_not_know(
    keyed: Desk, known: list[str], said: str | None
) -> None:
    world = keyed.world
    world.shop.fail_next("GET", "/webhooks/events", status=200, body={"data": known})
    await keyed.press(SET_UP)
    if said is None:
        assert "does not send" not in keyed.text
    else:
        assert said in keyed.text
    made = [sorted(hook.events) for hook in world.shop.webhooks]
    assert made == ([] if "order:paid" not in known else [sorted({*known} & {*EVENTS})])


async def test_shoppex_is_down(keyed: Desk) -> None:
    keyed.world.shop.cloudflare_next("*", "*", times=50)
    await keyed.press(SET_UP)
    assert "cannot be reached" in keyed.text
    assert keyed.marks == "✅✅❌▫️▫️▫️"


async def test_another_public_address_is_noticed_and_the_webhook_moves(keyed: Desk) -> None:
    world = keyed.world
    await keyed.press(SET_UP)
    [hook] = world.shop.webhooks
    secret = hook.secret
    await set_public_url(world, public_url(world).replace("127.0.0.1", "localhost"))
    desk = await Desk(world).open()
    assert desk.step == "Webhook"
    assert desk.marks.startswith("✅✅❌")
    assert "Shoppex still sends to" in desk.text
    await desk.press(SET_UP)
    assert desk.marks.startswith("✅✅✅")
    assert world.shop.webhooks == [hook]
    assert hook.url == f"http://localhost:{world.instance.port}/shoppex/{world.guild.id}"
    assert hook.secret == secret


async def test_two_presses_make_one_webhook(keyed: Desk) -> None:
    world = keyed.world
    other = await Desk(world, world.admin).open()
    await keyed.press(SET_UP)
    await other.press(SET_UP)
    assert len(world.shop.webhooks) == 1
    await assert_heard(world, world.shop.webhooks[0])


async def test_pressed_while_it_works_nothing_is_done_twice(keyed: Desk) -> None:
    world = keyed.world
    answering = world.shop.hang_next("POST", "/webhooks", after=True)
    # The simulated Discord lets a press wait for its end; this one goes on without it.
    first = asyncio.create_task(keyed.press(SET_UP))
    await answering.reached()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(keyed.press(SET_UP))
    await asyncio.wait([second], timeout=0.2)
    answering.release()
    assert "One moment" in text_of(await second)
    assert len(world.shop.webhooks) == 1
    assert keyed.marks.startswith("✅✅✅")


async def test_a_crash_before_the_secret_is_kept_makes_no_second_webhook(keyed: Desk) -> None:
    world = keyed.world
    world.shop.switches.webhook_create_answer = "id_only"
    answering = world.shop.hang_next("POST", "/webhooks/*/rotate-secret", after=True)
    working = asyncio.create_task(keyed.press(SET_UP))
    await answering.reached()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await world.instance.restart(world.env)
    answering.release()
    desk = await Desk(world).open()
    assert desk.step == "Webhook"
    await desk.press(SET_UP)
    [hook] = world.shop.webhooks
    await assert_heard(world, hook)


async def test_the_key_of_another_shop_needs_another_webhook(keyed: Desk) -> None:
    world = keyed.world
    await keyed.press(SET_UP)
    await keyed.go_to("API key")
    await keyed.fill_in("Enter the API key", world.shop.other_key)
    assert keyed.step == "Webhook"
    assert "a secret that I do not know" in keyed.text


async def assert_heard(world: World, hook: standin.WebhookEndpoint) -> None:
    """What the webhook sends is taken."""
    answer = await world.shop.deliver(hook, "order:paid", {"uniqid": "u-1", "status": "COMPLETED"})
    assert answer.status == 200


# -- the test purchase ---------------------------------------------------------------------


@pytest.mark.parametrize("went_well", [True, False])
async def test_a_test_purchase_is_made_from_here(keyed: Desk, *, went_well: bool) -> None:
    world = keyed.world
    cog = world.bot.get_cog("Shoppex")
    tested = []

    async def test(interaction: discord.Interaction[Any], offer_ref: str) -> bool:
        tested.append(offer_ref)
        await interaction.response.send_message("tested", ephemeral=True)
        return went_well

    await world.sell_item("Gold Pass", "9.99", "EUR")
    cog.setup_tools = replace(cog.setup_tools, test=test)
    desk = await Desk(world).open()
    await desk.go_to("Test purchase")
    answer = await desk.choose("Make a test purchase of…", ["Gold Pass"])
    assert text_of(answer) == "tested"
    [item] = cog.settings.guild(world.guild.id).items.values()
    assert tested == [item.ref]
    assert desk.marks.endswith("✅" if went_well else "➡️")


# -- product and channel -------------------------------------------------------------------


@pytest.fixture
async def stocked(keyed: Desk) -> Desk:
    """Before the first product of a shop that has thirty."""
    for number in range(30):
        keyed.world.shop.add_product(title=f"Pass {number:02}", price="1")
    await keyed.press(SET_UP)
    await keyed.press("Choose a product")
    return keyed


async def test_a_large_catalogue_is_leafed_through_and_searched(stocked: Desk) -> None:
    assert stocked.options(TO_PRODUCT) == [f"Pass {number:02}" for number in range(25)]
    await stocked.press("▶")
    assert stocked.options(TO_PRODUCT) == [f"Pass {number:02}" for number in range(25, 30)]
    await stocked.press("◀")
    await stocked.fill_in("Search", "pass 2")
    assert stocked.options(TO_PRODUCT) == [f"Pass {number}" for number in range(20, 30)]
    await stocked.fill_in("Search", "nothing")
    assert "There is no such product" in stocked.text
    await stocked.press("Back")
    assert stocked.labels()[0] == "Choose a product"


async def test_a_role_that_cannot_be_sold(stocked: Desk) -> None:
    world = stocked.world
    high = world.guild.create_role("High", position=50)
    await stocked.choose(TO_PRODUCT, ["Pass 00"])
    await stocked.choose(TO_ROLES, [high])
    assert "drag my role above it" in stocked.text
    assert stocked.marks[:3] == "✅✅✅"
    assert world.bot.get_cog("Shoppex").settings.guild(world.guild.id).products == {}
    await stocked.press("Back")
    assert stocked.options(TO_PRODUCT)


@pytest.mark.parametrize("sure", [True, False])
async def test_a_role_with_power_asks_first(stocked: Desk, *, sure: bool) -> None:
    world = stocked.world
    power = discord.Permissions(ban_members=True)
    has_it = discord.Permissions(manage_guild=True, manage_roles=True, ban_members=True)
    world.env.backend.edit_role(world.guild.id, world.admins.id, {"permissions": has_it.value})
    mod = world.guild.create_role("Mod", permissions=power)
    await stocked.choose(TO_PRODUCT, ["Pass 00"])
    await stocked.choose(TO_ROLES, [mod])
    assert "Ban Members" in stocked.text
    await stocked.press("Yes, sell it" if sure else "Back")
    sold = world.bot.get_cog("Shoppex").settings.guild(world.guild.id).products
    assert [entry.roles for entry in sold.values()] == ([(mod.id,)] if sure else [])


async def test_what_is_sold_already_is_not_offered(stocked: Desk) -> None:
    await stocked.choose(TO_PRODUCT, ["Pass 00"])
    await stocked.press("No role")
    await stocked.go_to("First product")
    await stocked.press("Choose a product")
    assert stocked.options(TO_PRODUCT)[0] == "Pass 01"


async def test_the_catalogue_cannot_be_read(keyed: Desk) -> None:
    await keyed.go_to("First product")
    keyed.world.shop.cloudflare_next("*", "*", times=50)
    await keyed.press("Choose a product")
    assert "cannot be reached" in keyed.text


async def test_a_channel_in_which_the_bot_may_not_write(keyed: Desk) -> None:
    world = keyed.world
    await keyed.go_to("Where staff are told")
    closed = world.guild.create_text_channel(
        "closed",
        overwrites={world.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    await keyed.choose(TO_CHANNEL, [closed])
    assert "I may not write in" in keyed.text
    assert world.bot.get_cog("Shoppex").settings.guild(world.guild.id).log_channel is None
