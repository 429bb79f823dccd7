"""The client's rules at arrival: keeping them, running them on what arrives, and once more on request."""

from orders.services.ruling.again import run_again
from orders.services.ruling.keeping import (
    Draft,
    archive,
    arrange,
    change,
    check,
    create,
    duplicate,
    import_rules,
    shift,
    switch,
)

__all__ = [
    "Draft",
    "archive",
    "arrange",
    "change",
    "check",
    "create",
    "duplicate",
    "import_rules",
    "run_again",
    "shift",
    "switch",
]
