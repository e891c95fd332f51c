"""All command groups of the cog.

Each command parses, calls one method of a service, and shows the answer.
"""

from __future__ import annotations

from .checkout.commands import BuyCommands
from .connection.commands import SecretCommands
from .connection.owner_commands import OwnerCommands
from .dry_run.commands import DryRunCommands
from .gateway_events import Gateway
from .health.brake_command import BrakeCommands
from .health.commands import DoctorCommands
from .health.drift_command import DriftCommands
from .health.recovery_commands import RecoveryCommands
from .licenses.commands import LicenseCommands, LicenseSettings
from .log_channel.commands import StaffCommands
from .offers.item_commands import ItemCommands
from .offers.policy_commands import PolicyCommands
from .offers.pool_commands import PoolCommands
from .offers.product_commands import ProductCommands
from .orders.claim_command import ClaimCommands
from .orders.commands import OrderCommands
from .purchases.commands import PurchaseCommands
from .purchases.pickup_commands import PickupCommands
from .setup.commands import SetupCommands
from .setup.overview_command import AccessCommands
from .statistics.commands import StatisticsCommands
from .ui.error_replies import ErrorReplies


class CommandGroups(
    BuyCommands,
    PurchaseCommands,
    SetupCommands,
    AccessCommands,
    SecretCommands,
    ProductCommands,
    ItemCommands,
    PolicyCommands,
    PickupCommands,
    StaffCommands,
    BrakeCommands,
    DoctorCommands,
    DriftCommands,
    PoolCommands,
    OrderCommands,
    ClaimCommands,
    StatisticsCommands,
    LicenseCommands,
    LicenseSettings,
    DryRunCommands,
    OwnerCommands,
    RecoveryCommands,
    Gateway,
    ErrorReplies,
):
    """All commands, the listeners to the gateway, and what is said when a command fails."""
