"""What people type. Each command parses, calls one method of a service, and shows the answer."""

from .answers import Answers
from .brake import BrakeCommands
from .buy import BuyCommands
from .casework import CaseCommands
from .doctor import DoctorCommands
from .drift import DriftCommands
from .host import HostCommands
from .items import ItemCommands
from .licenses import LicenseCommands, LicenseSettings
from .pickup import PickupCommands
from .policies import PolicyCommands
from .pools import PoolCommands
from .products import ProductCommands
from .purchases import PurchaseCommands
from .recovery import RecoveryCommands
from .secrets import SecretCommands
from .settings import AccessCommands
from .setup import SetupCommands
from .staff import StaffCommands
from .staff_group import ClaimCommands
from .statistics import StatisticsCommands
from .test_sale import TestSaleCommands

__all__ = (
    "AccessCommands",
    "Answers",
    "BrakeCommands",
    "BuyCommands",
    "CaseCommands",
    "ClaimCommands",
    "DoctorCommands",
    "DriftCommands",
    "HostCommands",
    "ItemCommands",
    "LicenseCommands",
    "LicenseSettings",
    "PickupCommands",
    "PolicyCommands",
    "PoolCommands",
    "ProductCommands",
    "PurchaseCommands",
    "RecoveryCommands",
    "SecretCommands",
    "SetupCommands",
    "StaffCommands",
    "StatisticsCommands",
    "TestSaleCommands",
)
