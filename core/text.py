"""Japanese text made comparable: search keys, postcodes, phone numbers, addresses, and what a label can print.

Each normaliser has a scalar form and a form for a whole polars column (named in the plural); a property test holds
the two together. Nothing here replaces what a person wrote: keep the original for labels, use these forms as keys.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import phonenumbers
import polars as pl

VARIANTS: Mapping[str, str] = dict(
    zip(
        "髙﨑嵜邊邉齋齊斉濵濱廣國澤櫻龍瀧德惠眞榮嶋嶌冨靜條壽豐實應圓曾萬學會鐵淺邨𠮷禮彌藏槇桒栁穐凛峯嶽檜繫薗舘關顯淵渊與寶來兒佛傳將從晝檢權歸氣獨",
        "高崎崎辺辺斎斎斎浜浜広国沢桜竜滝徳恵真栄島島富静条寿豊実応円曽万学会鉄浅村吉礼弥蔵槙桑柳秋凜峰岳桧繋園館関顕渕渕与宝来児仏伝将従昼検権帰気独",
        strict=True,
    )
)
"""異体字: a form that is found under its common form."""

# fmt: off
PREFECTURES = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)
# fmt: on
"""In the order of JIS X 0401: the first is 01, the last is 47."""

PREFECTURE_CODES: Mapping[str, str] = {f"JP-{number:02}": name for number, name in enumerate(PREFECTURES, 1)}
"""By their codes of ISO 3166-2."""

# Python and Rust disagree on four control characters: they are spaces here.
_SPACE = r"[\s\x1c-\x1f]"
_NON_ASCII = r"[^\x00-\x7f]"
# What most names are made of, ASCII, kana and kanji, is NFKC as it stands.
_MAY_CHANGE_IN_NFKC = r"[^\x00-\x7fぁ-ゖァ-ヺー一-\x{9fff}]"
_DASHES = dict.fromkeys("‐‑‒–—―−－", "-")
_KATAKANA = {chr(point): chr(point + 0x60) for point in [*range(0x3041, 0x3097), 0x309D, 0x309E]}
_NO_SPACES = dict.fromkeys((chr(point) for point in range(0x3001) if chr(point).isspace()), "")
_FOLDING = {**_KATAKANA, **VARIANTS, **_DASHES, **_NO_SPACES, "ß": "ss", "ς": "σ"}
_DASH_TABLE = {ord(char): dash for char, dash in _DASHES.items()}
_FOLDING_TABLE = {ord(char): folded for char, folded in _FOLDING.items()}


def _where(texts: pl.Series, pattern: str, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The column with `change` made to the cells that match: most cells of a file are plain and need no work."""
    touched = texts.str.contains(pattern).fill_null(value=False)
    if not touched.any():
        return texts
    # A clone, because scatter writes into the series it is called on.
    return texts.clone().scatter(touched.arg_true(), change(texts.filter(touched)))


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as ASCII (NFKC) and every dash as "-": text a machine reads."""
    return unicodedata.normalize("NFKC", text).translate(_DASH_TABLE)


def narrows(texts: pl.Series) -> pl.Series:
    """narrow of a column."""
    return _where(texts, _NON_ASCII, lambda some: some.str.normalize("NFKC").str.replace_many(_DASHES))


def search_key(text: str) -> str:
    """The form under which a text is found: NFKC, caseless, hiragana as katakana, variant kanji merged, no spaces."""
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLDING_TABLE)


def search_keys(texts: pl.Series) -> pl.Series:
    """search_key of a column."""
    normal = _where(texts, _MAY_CHANGE_IN_NFKC, lambda some: some.str.normalize("NFKC"))
    return normal.str.to_lowercase().str.replace_many(_FOLDING)


_POSTCODE_MARKS = rf"〒|['’]|{_SPACE}|\.0$"
_POSTCODE = r"^(?:[0-9]{1,3}-[0-9]{4}|[0-9]{5,7})$"


def postcode(text: str) -> str | None:
    """Seven digits, or None where the text is no postcode. Leading zeros that a spreadsheet dropped are put back."""
    clean = re.sub(_POSTCODE_MARKS, "", narrow(text))
    return clean.replace("-", "").zfill(7) if re.search(_POSTCODE, clean) else None


def postcodes(texts: pl.Series) -> pl.Series:
    """postcode of a column."""
    clean = pl.col("clean")
    digits = pl.when(clean.str.contains(_POSTCODE)).then(clean.str.replace_all("-", "", literal=True).str.zfill(7))
    return narrows(texts).str.replace_all(_POSTCODE_MARKS, "").to_frame("clean").select(digits).to_series()


_INTERNATIONAL = rf"^{_SPACE}*'?\(?\+"
_LOST_PLUS = "^81[1-9][0-9]{8,9}$"
_LOST_ZERO = "^[1-9][0-9]{8,9}$"
_FOREIGN = "^[1-9][0-9]{7,14}$"
_NATIONAL = "^0(?:[5-9]0[0-9]{8}|[1-9][1-9][0-9]{7})$"
_DOMESTIC_ONLY = "^0(?:120|570|800|990)"


def phone(text: str) -> str | None:
    """A Japanese number as E.164 (+81…), a foreign one as +…, None where it is neither.

    A lost leading zero or a lost + before 81 is put back. Numbers that only Japan can dial (0120, 0570, 0800, 0990)
    keep their national form.
    """
    narrowed = narrow(text)
    digits = re.sub("[^0-9]", "", narrowed)
    if re.search(_INTERNATIONAL, narrowed):
        if not digits.startswith("81"):
            return f"+{digits}" if re.search(_FOREIGN, digits) else None
        national = "0" + digits[2:].lstrip("0")
    elif re.search(_LOST_PLUS, digits):
        national = "0" + digits[2:]
    else:
        national = f"0{digits}" if re.search(_LOST_ZERO, digits) else digits
    if not re.search(_NATIONAL, national):
        return None
    return national if re.search(_DOMESTIC_ONLY, national) else f"+81{national[1:]}"


def phones(texts: pl.Series) -> pl.Series:
    """phone of a column."""
    narrowed = narrows(texts)
    international = narrowed.str.contains(_INTERNATIONAL).alias("international")
    digits, national, abroad = pl.col("digits"), pl.col("national"), pl.col("international")
    japanese = digits.str.starts_with("81")
    as_national = (
        pl.when(abroad & japanese)
        .then("0" + digits.str.slice(2).str.strip_chars_start("0"))
        .when(~abroad & digits.str.contains(_LOST_PLUS))
        .then("0" + digits.str.slice(2))
        .when(~abroad & digits.str.contains(_LOST_ZERO))
        .then("0" + digits)
        .otherwise(digits)
    )
    answer = (
        pl.when(abroad & ~japanese)
        .then(pl.when(digits.str.contains(_FOREIGN)).then("+" + digits))
        .when(national.str.contains(_DOMESTIC_ONLY) & national.str.contains(_NATIONAL))
        .then(national)
        .when(national.str.contains(_NATIONAL))
        .then("+81" + national.str.slice(1))
    )
    frame = pl.DataFrame([narrowed.str.replace_all("[^0-9]", "").alias("digits"), international])
    return frame.with_columns(as_national.alias("national")).select(answer).to_series()


def phone_national(number: str) -> str:
    """The digits a person in Japan dials: 09012345678 for +819012345678; foreign numbers stay as they are."""
    return f"0{number[3:]}" if number.startswith("+81") else number


def phone_label(number: str) -> str:
    """A number of `phone` with the hyphens of its area: 090-1234-5678."""
    parsed = phonenumbers.parse(number, "JP")
    style = (
        phonenumbers.PhoneNumberFormat.NATIONAL
        if parsed.country_code == 81
        else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
    return str(phonenumbers.format_number(parsed, style))


def postcode_label(code: str) -> str:
    """〒105-0011 for 1050011."""
    return f"〒{code[:3]}-{code[3:]}"


_PREFECTURE = rf"^(?:{_SPACE}|〒|[0-9-])*({'|'.join(PREFECTURES)})"


def prefecture(address: str) -> str | None:
    """The prefecture an address begins with, None where it begins with none."""
    found = re.search(_PREFECTURE, address)
    return found[1] if found else None


def prefectures(addresses: pl.Series) -> pl.Series:
    """prefecture of a column."""
    return addresses.str.extract(_PREFECTURE, 1)


# The first stands twice, because a match takes the digit that the next one needs.
_BETWEEN_DIGITS = (r"([0-9])(?:丁目|番地の|番地|番|号|の|ノ|ー)([0-9])", "$1-$2")
_ADDRESS_STEPS = (
    _BETWEEN_DIGITS,
    _BETWEEN_DIGITS,
    (r"([0-9])(?:番地|番|号)$", "$1"),
    (r"([0-9])号([^0-9室棟館])", "$1$2"),
)


def address_key(address: str) -> str:
    """An address for comparing: its search_key with 丁目, 番 and 号 as dashes (４丁目２番８号 is 4-2-8)."""
    key = search_key(address)
    for pattern, replacement in _ADDRESS_STEPS:
        key = re.sub(pattern, replacement.replace("$", "\\"), key)
    return key


def address_keys(addresses: pl.Series) -> pl.Series:
    """address_key of a column."""
    keys = search_keys(addresses)
    for pattern, replacement in _ADDRESS_STEPS:
        keys = keys.str.replace_all(pattern, replacement)
    return keys


_LABEL_FORMS = {ord(char): known for char, known in zip("𠮷繫\u00a0—–‑‐〜−", "吉繋 ―－－－～－", strict=True)}


def for_label(text: str) -> str:
    """The text as the carriers' label programs take it (cp932): 𠮷 as 吉, 繫 as 繋, the dashes and spaces they know."""
    return text.translate(_LABEL_FORMS)


def unprintable_on_label(text: str) -> str:
    """The characters of `for_label(text)` that cp932 cannot hold, each once, in order."""
    return "".join(char for char in dict.fromkeys(for_label(text)) if not _in_cp932(char))


def _in_cp932(char: str) -> bool:
    try:
        char.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
