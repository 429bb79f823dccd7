"""What comes before an order: the states of inquiries, quotes and contracts, what a quote adds up to, what changed."""

from orders.quoting.comparing import Difference, Past, PastLine, against_past, between, changes
from orders.quoting.lines import RATES, Terms, Wanted, check_lines
from orders.quoting.states import CONTRACTS, ENDS_SOON, INQUIRIES, MOVES, QUOTES, Move, State, refusal
from orders.quoting.sums import Sums, add_up, amount_of

__all__ = [
    "CONTRACTS",
    "ENDS_SOON",
    "INQUIRIES",
    "MOVES",
    "QUOTES",
    "RATES",
    "Difference",
    "Move",
    "Past",
    "PastLine",
    "State",
    "Sums",
    "Terms",
    "Wanted",
    "add_up",
    "against_past",
    "amount_of",
    "between",
    "changes",
    "check_lines",
    "refusal",
]
