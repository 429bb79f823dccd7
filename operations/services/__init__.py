"""What is done on the floor: items come and go with the facts, people claim them, hand them on and give them back.

Items live in the shared schema: every command here opens the operator's scope by itself, whatever scope it is called
in. Only the subscribers run as the client whose facts they follow.
"""

from operations.services.claiming import claim_many, claim_next
from operations.services.following import (
    follow,
    follow_project,
    follow_question,
    follow_supply,
    move_due,
    open_received,
)
from operations.services.holding import (
    finish,
    give_back,
    note_presence,
    prioritise,
    reassign,
    return_abandoned,
    take,
)
from operations.services.picking import issue_pick_list
from operations.services.pooling import forget_refills
from operations.services.shipping_out import Result, ship_by_list
from operations.services.tallying import fold_tallies, tally

__all__ = [
    "Result",
    "claim_many",
    "claim_next",
    "finish",
    "fold_tallies",
    "follow",
    "follow_project",
    "follow_question",
    "follow_supply",
    "forget_refills",
    "give_back",
    "issue_pick_list",
    "move_due",
    "note_presence",
    "open_received",
    "prioritise",
    "reassign",
    "return_abandoned",
    "ship_by_list",
    "take",
    "tally",
]
