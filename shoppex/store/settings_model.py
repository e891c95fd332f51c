"""Data model of the settings, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..domain.account import OfferKind
from ..domain.log_level import LogLevel
from ..domain.money import Money
from ..domain.offer import offer_ref, product_ref
from ..domain.policy import OfferTerms, OwnPolicy, Policy, Terms

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8317
MOST_SECRETS = 3
"""So many webhook secrets are taken from one guild at a time."""


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """A product of Shoppex's catalogue that this guild sells.

    Parameters
    ----------
    lasts
        How long its roles last; ``None`` for ever.
    policy
        What it decides by itself about money that goes back, or does not come.
    """

    id: str
    title: str
    roles: tuple[int, ...] = ()
    lasts: timedelta | None = None
    policy: OwnPolicy = OwnPolicy()

    @property
    def ref(self) -> str:
        """The stable name of this offer within its guild."""
        return product_ref(self.id)


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item of the bot's own: sold as a generic payment, it gives roles and pooled keys.

    Parameters
    ----------
    lasts, policy
        As of a product.
    pool
        The uniqid of the product out of whose pool each buyer gets a key.
    """

    id: str
    title: str
    price: Money
    roles: tuple[int, ...] = ()
    lasts: timedelta | None = None
    policy: OwnPolicy = OwnPolicy()
    pool: str | None = None

    @property
    def ref(self) -> str:
        """The stable name of this offer within its guild."""
        return offer_ref(OfferKind.ITEM, self.id)


SoldEntry = ProductEntry | ItemEntry


@dataclass(frozen=True, slots=True)
class LicensePolicy:
    """Limits of how often a buyer may free a licence from its machine.

    Parameters
    ----------
    cooldown
        From one time to the next, for each licence.
    per_month
        So often in thirty days, for all of a member's licences together; 0 is never.
    """

    cooldown: timedelta = timedelta(days=1)
    per_month: int = 3


@dataclass(frozen=True, slots=True)
class FormerSecret:
    """A webhook secret that was replaced, and until when it is taken all the same."""

    text: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """Settings of one guild. The secrets are kept out of ``repr``.

    Parameters
    ----------
    former_secrets
        Those that Shoppex may still sign with, the latest first.
    secret_doubtful
        Whether Shoppex may sign with a secret that the bot does not know.
    webhook_id, webhook_url
        The webhook that the bot registered at Shoppex, and where it leads; ``None`` for none.
    polling_only
        Whether staff decided that Shoppex is asked for payments, and sends none.
    setup_passed
        Steps of the setup that staff are done with, though no other setting shows it.
    legacy_signatures
        Whether the deprecated SHA-512 signature is taken from a shop that sends no V2.
    log_channel
        Where staff are told what waits for them; ``None`` for the server owner's messages.
    log_level
        How much of what happens is written there.
    pickup_channel
        Where buyers are told whom no direct message reaches; ``None`` for nowhere.
    staff_role
        Who has it may help buyers; ``None`` for nobody but those who may set up the shop.
    licenses
        What buyers may do with their licences.
    told
        The causes that staff have been told of and that are not mended yet.
    ailments
        What the doctor found bad and staff were told of, that is not mended yet.
    shop_id
        The shop in which the guild has sold so far; another one behind its key is a mistake.
    policy
        What becomes of roles when money goes back, or does not come.
    remind_days
        So many days before a renewal or an end the buyer is reminded.
    rejoin
        Whether who comes back gets again what still lasts.
    brake
        Why no role is taken for what Shoppex says, as a stable word; ``None`` when all is well.
    powers
        By role id: which of Discord's permissions that give power it had when it was put on sale.
    """

    api_key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    former_secrets: tuple[FormerSecret, ...] = ()
    secret_doubtful: bool = False
    webhook_id: str | None = None
    webhook_url: str | None = None
    polling_only: bool = False
    setup_passed: frozenset[str] = frozenset()
    shop_name: str = ""
    legacy_signatures: bool = False
    log_channel: int | None = None
    log_level: LogLevel = LogLevel.EVERYTHING
    pickup_channel: int | None = None
    staff_role: int | None = None
    licenses: LicensePolicy = LicensePolicy()
    told: frozenset[str] = frozenset()
    ailments: frozenset[str] = frozenset()
    shop_id: str | None = None
    policy: Policy = Policy()
    remind_days: tuple[int, ...] = (3,)
    rejoin: bool = True
    brake: str | None = None
    products: Mapping[str, ProductEntry] = field(default_factory=dict)
    items: Mapping[str, ItemEntry] = field(default_factory=dict)
    powers: Mapping[int, int] = field(default_factory=dict)

    def with_powers(self, powers: Mapping[int, int]) -> GuildSettings:
        """The settings after somebody put these roles on sale, with the power that they have."""
        return replace(self, powers={**self.powers, **powers})

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """Every secret that is taken now, the current one first; at most `MOST_SECRETS`."""
        if self.secret is None:
            return ()
        former = (each.text for each in self.former_secrets if each.ends_at > now)
        return (self.secret, *former)[:MOST_SECRETS]

    def hears(self) -> bool:
        """Return whether webhooks are expected, signed so that they are taken."""
        return self.secret is not None and not (self.secret_doubtful or self.polling_only)

    def entries(self, kind: OfferKind | None = None) -> tuple[SoldEntry, ...]:
        """Everything that is sold here, or that is of one kind."""
        products = () if kind is OfferKind.ITEM else self.products.values()
        items = () if kind is OfferKind.PRODUCT else self.items.values()
        return (*products, *items)

    def sold_roles(self) -> frozenset[int]:
        """Every role that is sold here."""
        return frozenset(role_id for entry in self.entries() for role_id in entry.roles)

    def terms(self) -> Terms:
        """Return the terms: what each offer gives today, and what this guild decided."""
        offers = {
            entry.ref: OfferTerms(entry.roles, entry.policy.over(self.policy), entry.lasts)
            for entry in self.entries()
        }
        days = sorted(self.remind_days, reverse=True)
        return Terms(offers, self.policy, tuple(timedelta(days=number) for number in days))

    def with_entry(self, entry: SoldEntry) -> GuildSettings:
        """The settings after something that is sold was added or changed."""
        if isinstance(entry, ProductEntry):
            return self.with_product(entry)
        return self.with_item(entry)

    def with_product(self, entry: ProductEntry) -> GuildSettings:
        """The settings after a product was added or changed."""
        return replace(self, products={**self.products, entry.id: entry})

    def without_entry(self, ref: str) -> GuildSettings:
        """The settings after something is no longer sold."""
        products = {key: entry for key, entry in self.products.items() if entry.ref != ref}
        items = {key: entry for key, entry in self.items.items() if entry.ref != ref}
        return replace(self, products=products, items=items)

    def with_item(self, entry: ItemEntry) -> GuildSettings:
        """The settings after an item was added or changed."""
        return replace(self, items={**self.items, entry.id: entry})


@dataclass(frozen=True, slots=True)
class Retention:
    """Retention periods of what the bot no longer needs.

    Parameters
    ----------
    unpaid
        After this an order that nobody paid is forgotten.
    details
        After this a finished order keeps only what its roles, and a later refund, need.
    """

    unpaid: timedelta = timedelta(days=14)
    details: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Settings of the webhook listener: where it binds, and how the world reaches it."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    public_url: str | None = None
