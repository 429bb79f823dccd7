"""What is counted: each meter reads one kind of event from the client's record. A new thing to count is one meter."""

from billing.meters.meter import Meter
from billing.meters.orders import METERS as ORDERS
from billing.meters.projects import METERS as PROJECTS
from billing.meters.shipments import METERS as SHIPMENTS

METERS: dict[str, Meter] = {meter.code: meter for meter in (*ORDERS, *SHIPMENTS, *PROJECTS)}

__all__ = ["METERS", "Meter"]
