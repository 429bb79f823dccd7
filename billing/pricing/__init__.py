"""Prices: use of a period in, an amount that explains itself out.

`from_json` reads a row of a rate card; `Rate.price` prices a `Usage`. Ways to price are classes listed in `kinds`.
Amounts are exact yen, not rounded: rounding is the invoice's.
"""

from billing.pricing.explained import Cell, Part, Priced, Pricing, Run, Usage
from billing.pricing.kinds import KINDS
from billing.pricing.rate import Rate, from_json

__all__ = ["KINDS", "Cell", "Part", "Priced", "Pricing", "Rate", "Run", "Usage", "from_json"]
