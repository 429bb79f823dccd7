"""How one writes to somebody in Japanese: 様 to a person, 御中 to a company or an institution."""

from __future__ import annotations

import re

from core.text import narrow

COMPANY_WORDS = (
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "一般社団法人", "公益社団法人", "一般財団法人",
    "公益財団法人", "社会福祉法人", "学校法人", "宗教法人", "医療法人社団", "医療法人", "特定非営利活動法人",
)  # fmt: skip
COMPANY_SHORT = "株有同資名社財福学宗医特"
"""As they stand in brackets: (株)."""

_COMPANY = re.compile(rf"{'|'.join(COMPANY_WORDS)}|[(（][{COMPANY_SHORT}][)）]|御中$")
_SAID = re.compile(r"\s*(?:様|御中|さま)$")


def is_company(name: str) -> bool:
    """Whether the name says that it is a company's: 株式会社青葉, （有）青葉, ㈱青葉. Not where a person follows it."""
    found = list(_COMPANY.finditer(narrow(name)))
    if not found:
        return False
    return not re.search(r"[\s　]\S+[\s　]\S+$", narrow(name)[found[-1].end() :])


def addressed(name: str, *, company: str = "") -> str:
    """`山田 花子 様`, `株式会社青葉 御中`; with a company besides, it stands on a line of its own before the person.

    A name that is "" is nobody's. What was written with 様 or 御中 does not get it twice.
    """
    lines = [f"{_SAID.sub('', company)} 御中"] if company.strip() else []
    if name.strip() and name.strip() != company.strip():
        bare = _SAID.sub("", name)
        lines.append(f"{bare} {honorific(name)}")
    return "\n".join(lines)


def honorific(name: str) -> str:
    """What is written after the name."""
    return "御中" if is_company(name) else "様"
