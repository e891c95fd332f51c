"""What people type. Each command parses, calls one method of a service, and shows the answer."""

from .buy import BuyCommands
from .host import HostCommands
from .items import ItemCommands
from .products import ProductCommands
from .settings import AccessCommands

__all__ = ("AccessCommands", "BuyCommands", "HostCommands", "ItemCommands", "ProductCommands")
