"""The order files that the clients send: a month's sample each, cut at each working day, with a few wrong turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.channels import samples, splitting
from integrations.channels.samples import Order, Shop
from portal.demo.calendar import CUT_OFF, next_working
from portal.demo.world import MONTH, Company


@dataclass(frozen=True)
class Delivery:
    """One file that a client sends on a day. again: it was sent before, byte by byte. mends: it brings rows again that
    were refused in another.
    """

    day: date
    name: str
    data: bytes
    again: bool = False
    mends: bool = False


def deliveries(company: Company, shop: Shop, *, orders: int) -> list[Delivery]:
    """What the client sends, in order: a file each working day with what was ordered up to the cut-off.

    Two mistakes are among them: on the fifth day the same file is sent twice, and the ninth file begins with the orders
    of the eighth once more.
    """
    sample = samples.make(shop, **_sample(company, orders))
    by_day: defaultdict[date, list[bytes]] = defaultdict(list)
    for day, data in splitting.split_by_day(sample.data, shop, cut_off=CUT_OFF).items():
        by_day[next_working(day)].append(data)
    files = [
        Delivery(day, f"{company.channel}_{day:%Y%m%d}.csv", _joined(parts)) for day, parts in sorted(by_day.items())
    ]
    return list(_with_mistakes(files))


def planned(company: Company, shop: Shop, *, orders: int) -> list[Order]:
    """What was ordered, as the client knows it: what the deliveries were written from."""
    return samples.plan(shop, **_sample(company, orders))


def _sample(company: Company, orders: int) -> Any:
    return {"orders": orders, "seed": company.seed, "month": f"{MONTH:%Y-%m}"}


def _joined(parts: list[bytes]) -> bytes:
    """Files of one header as one file."""
    first, *rest = parts
    return first + b"".join(part.split(b"\n", 1)[1] for part in rest)


def _with_mistakes(files: list[Delivery]) -> Iterator[Delivery]:
    for nth, file in enumerate(files):
        if nth == 8:
            before = files[nth - 1]
            overlapping = file.name.replace(".csv", "_再送分含む.csv")
            yield Delivery(file.day, overlapping, _joined([before.data, file.data]))
        else:
            yield file
        if nth == 4:
            yield Delivery(file.day, file.name, file.data, again=True)
