"""A server that speaks German is spoken to in German, wherever the words come from."""

from __future__ import annotations

from harness import World
from harness.world import text_of


async def test_a_sale_in_german(world: World) -> None:
    gold = world.guild.create_role("Gold")
    office = world.guild.create_text_channel("buero")
    await world.admin.send(office, "!set locale server de-DE")

    assert "gibt es hier jetzt" in await world.sell_item("Gold Pass", "9.99", "EUR", [gold])
    invoice = await world.order("Gold Pass")
    assert "9,99\xa0€" in text_of(invoice)
    assert invoice.response is not None
    buttons = [b["label"] for row in invoice.response.components for b in row["components"]]
    assert "Ich habe bezahlt" in buttons

    # Nobody's command: what a webhook brings is said in the server's language, too.
    await world.pay_newest()
    [message] = world.dms(world.buyer)
    assert message.embeds[0].title == "Dein Kauf ist bezahlt. Vielen Dank!"

    await world.admin.send(office, "!help shoppexset retry")
    help_text = str([(m.content, [e.to_dict() for e in m.embeds]) for m in office.history()])
    assert "Versuche sofort noch einmal alles, was auf dich wartet." in help_text


async def test_a_language_that_nobody_wrote_is_english(world: World) -> None:
    await world.admin.send(world.channel, "!set locale server fr-FR")
    assert "is for sale here" in await world.sell_item("Gold Pass", "9.99", "EUR")
