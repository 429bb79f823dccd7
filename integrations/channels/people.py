"""People and addresses of Japan for sample files: every postcode and town is real, every person made up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from core import postcodes
from core.postcodes import Town
from core.text import PREFECTURES

_FAMILIES = (
    "佐藤サトウ 鈴木スズキ 高橋タカハシ 髙橋タカハシ 田中タナカ 伊藤イトウ 渡辺ワタナベ 渡邉ワタナベ "
    "山本ヤマモト 中村ナカムラ 小林コバヤシ 加藤カトウ 吉田ヨシダ 山田ヤマダ 佐々木ササキ 山口ヤマグチ "
    "松本マツモト 井上イノウエ 木村キムラ 林ハヤシ 斎藤サイトウ 齋藤サイトウ 清水シミズ 山崎ヤマザキ "
    "山﨑ヤマザキ 森モリ 池田イケダ 橋本ハシモト 阿部アベ 石川イシカワ 山下ヤマシタ 中島ナカジマ 石井イシイ "
    "小川オガワ 前田マエダ 岡田オカダ 長谷川ハセガワ 藤田フジタ 後藤ゴトウ 近藤コンドウ 村上ムラカミ "
    "遠藤エンドウ 青木アオキ 坂本サカモト 濵田ハマダ 福田フクダ 太田オオタ 西村ニシムラ 藤井フジイ 金子カネコ "
    "岡本オカモト 藤原フジワラ 三浦ミウラ 中野ナカノ 原田ハラダ"
)
_GIVENS = (
    "太郎タロウ 一郎イチロウ 健太ケンタ 翔太ショウタ 大輔ダイスケ 拓也タクヤ 誠マコト 浩二コウジ 直樹ナオキ "
    "和也カズヤ 陽翔ハルト 蓮レン 悠真ユウマ 湊ミナト 隆タカシ 博ヒロシ 修オサム 学マナブ 聡サトシ 剛ツヨシ "
    "花子ハナコ 美咲ミサキ 陽菜ヒナ 結衣ユイ 葵アオイ 凛リン さくらサクラ 愛アイ 優子ユウコ 裕子ユウコ "
    "真由美マユミ 久美子クミコ 恵子ケイコ 由美ユミ 直美ナオミ 智子トモコ 洋子ヨウコ 明美アケミ 千尋チヒロ 彩アヤ "
    "舞マイ 遥ハルカ 奈々ナナ 美穂ミホ 麻衣マイ"
)
_BUILDINGS = (
    "",
    "",
    "",
    "メゾン{}",
    "コーポ①{}号室",
    "グランドハイツ{}",
    "㈱ミナト商会 第{}ビル",
    "パレスⅢ {}",
    "ハイツ髙橋{}",
)
# 人口 of each prefecture in ten thousands (国勢調査 2020), in the order of PREFECTURES.
_POPULATION = (
    522, 124, 121, 230, 96, 107, 183, 287, 193, 194, 734, 628, 1405, 924, 220, 103, 113, 77, 81, 205, 198, 363, 754,
    177, 141, 258, 884, 547, 132, 92, 55, 67, 189, 280, 134, 72, 95, 133, 69, 514, 81, 131, 174, 112, 107, 159, 147,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who orders or receives. phone: national digits. street and building come after the town."""

    family: str
    given: str
    family_kana: str
    given_kana: str
    phone: str
    email: str
    town: Town
    street: str
    building: str

    @property
    def name(self) -> str:
        return f"{self.family} {self.given}"

    @property
    def kana(self) -> str:
        return f"{self.family_kana} {self.given_kana}"


def _names(words: str) -> list[tuple[str, str]]:
    """Writing and reading of each word; the reading is the katakana at its end."""
    found = []
    for word in words.split():
        writing = word.rstrip("".join(chr(point) for point in range(0x30A1, 0x30FB)))
        found.append((writing, word[len(writing) :]))
    return found


FAMILIES, GIVENS = _names(_FAMILIES), _names(_GIVENS)


class People:
    """A source of people. The same random numbers give the same people."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._weights = list(accumulate(_POPULATION))

    def person(self, *, prefectures: tuple[str, ...] = ()) -> Person:
        """Somebody, in one of these prefectures where any are given."""
        family, family_kana = self.random.choice(FAMILIES)
        given, given_kana = self.random.choice(GIVENS)
        account = f"{self.random.randrange(36**5):05x}.{self.random.randrange(1000)}"
        return Person(
            family,
            given,
            family_kana,
            given_kana,
            phone=self._phone(),
            email=f"{account}@example.jp",
            town=self._town(prefectures),
            street=self._street(),
            building=self.random.choice(_BUILDINGS).format(self.random.randrange(101, 999)),
        )

    def _town(self, prefectures: tuple[str, ...]) -> Town:
        if prefectures:
            return self.random.choice(_towns(self.random.choice(prefectures)))
        [prefecture] = self.random.choices(PREFECTURES, cum_weights=self._weights)
        return self.random.choice(_towns(prefecture))

    def _phone(self) -> str:
        if self.random.random() < 0.7:
            return self.random.choice(("090", "080", "070")) + f"{self.random.randrange(10**7, 10**8)}"
        area = self.random.choice(("03", "06"))
        return f"{area}{self.random.randrange(3, 7)}{self.random.randrange(10**7):07}"

    def _street(self) -> str:
        block, house, room = (self.random.randrange(1, limit) for limit in (9, 30, 25))
        return self.random.choice(
            (
                f"{block}-{house}-{room}",
                f"{block}丁目{house}番{room}号",
                f"{block}丁目{house}−{room}".translate(_FULL_WIDTH),
                f"{house * room}番地",
            )
        )


_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def full_width(text: str) -> str:
    """The digits as a careless hand types them."""
    return text.translate(_FULL_WIDTH)


@cache
def _towns(prefecture: str) -> tuple[Town, ...]:
    return tuple(town for town in postcodes.towns(prefecture) if not set("（）、〜") & set(town.name))
