"""The templates that a client begins with; each can be taken over and changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from projects.blueprints import (
    DELIVERY,
    SETUP,
    Blueprint,
    PlannedCheck,
    PlannedMilestone,
    PlannedTask,
    Question,
)


@dataclass(frozen=True)
class Preset:
    """A template of the house. name: Japanese, as it becomes the client's own."""

    code: str
    name: str
    blueprint: Blueprint


_COMMON = (
    Question("目的", "今回のご依頼で解決したいことは何ですか"),
    Question("目的", "うまくいったと言えるのは、どのような状態ですか"),
    Question("範囲", "お願いしたい作業の範囲と、範囲に含めないもの"),
    Question("体制", "ご担当者と、決裁をされる方"),
    Question("時期", "開始と完了のご希望日、動かせない期日"),
    Question("予算", "ご予算の目安"),
)

PRESETS: Mapping[str, Preset] = {
    preset.code: preset
    for preset in (
        Preset(
            "setup",
            "初期設定・導入支援",
            Blueprint(
                (
                    *_COMMON,
                    Question("環境", "お使いのシステムと、つなぐ先のシステム"),
                    Question("データ", "移すデータの種類・件数と、個人情報の有無"),
                ),
                (
                    PlannedTask(SETUP, "キックオフと役割の確認", 0, 1, 120),
                    PlannedTask(SETUP, "環境とアカウントの準備", 1, 4, 240),
                    PlannedTask(DELIVERY, "設定", 5, 14, 960),
                    PlannedTask(DELIVERY, "データの移行と照合", 10, 18, 720),
                    PlannedTask(DELIVERY, "操作説明と手順書の作成", 19, 24, 480),
                ),
                (PlannedMilestone("設定と移行の完了", 20), PlannedMilestone("操作説明と手順書の納品", 27)),
                (
                    PlannedCheck(1, "設定値が設計書と一致している"),
                    PlannedCheck(1, "移行した件数と金額が元データと一致している"),
                    PlannedCheck(2, "手順書どおりに第三者が操作できる"),
                ),
            ),
        ),
        Preset(
            "consulting",
            "業務コンサルティング",
            Blueprint(
                (
                    *_COMMON,
                    Question("現状", "いまの業務の流れと、困っている場面"),
                    Question("現状", "見せていただける資料と、お話を伺える方"),
                ),
                (
                    PlannedTask(SETUP, "キックオフと進め方の合意", 0, 2, 180),
                    PlannedTask(DELIVERY, "現状の聞き取りと資料の確認", 3, 14, 960),
                    PlannedTask(DELIVERY, "課題の整理と改善案の作成", 15, 28, 1200),
                    PlannedTask(DELIVERY, "報告書のまとめと報告会", 29, 40, 720),
                ),
                (PlannedMilestone("現状分析の報告", 16), PlannedMilestone("改善提案書の納品", 42)),
                (
                    PlannedCheck(1, "聞き取りの内容を本人に確認した"),
                    PlannedCheck(2, "提案の根拠となる数字の出どころを示した"),
                    PlannedCheck(2, "誤字・表記を別の担当者が確認した"),
                ),
            ),
        ),
        Preset(
            "operation",
            "運用代行（3か月）",
            Blueprint(
                (
                    *_COMMON,
                    Question("運用", "対応する曜日・時間帯と、急ぎの連絡先"),
                    Question("運用", "判断をお任せいただける範囲と、確認が必要な範囲"),
                ),
                (
                    PlannedTask(SETUP, "業務の引き継ぎ", 0, 7, 600),
                    PlannedTask(SETUP, "手順書の作成", 3, 10, 480),
                    PlannedTask(DELIVERY, "運用 1か月目", 11, 40, 2400),
                    PlannedTask(DELIVERY, "運用 2か月目", 41, 70, 2400),
                    PlannedTask(DELIVERY, "運用 3か月目", 71, 100, 2400),
                ),
                (
                    PlannedMilestone("1か月目の運用報告", 43),
                    PlannedMilestone("2か月目の運用報告", 73),
                    PlannedMilestone("3か月目の運用報告", 103),
                ),
                tuple(PlannedCheck(nth, "対応の漏れと期限超過がないことを記録で確かめた") for nth in (1, 2, 3)),
            ),
        ),
        Preset(
            "design",
            "デザイン制作",
            Blueprint(
                (
                    *_COMMON,
                    Question("制作", "使う媒体と寸法・点数"),
                    Question("制作", "守るべきブランドの決まりと、参考にしたいもの"),
                    Question("権利", "著作権の扱いと、二次利用の予定"),
                ),
                (
                    PlannedTask(SETUP, "打ち合わせと方向性の確認", 0, 3, 180),
                    PlannedTask(DELIVERY, "ラフ案の作成", 4, 11, 720),
                    PlannedTask(DELIVERY, "修正と仕上げ", 12, 21, 960),
                    PlannedTask(DELIVERY, "入稿データの作成", 22, 25, 240),
                ),
                (PlannedMilestone("ラフ案の確認", 12), PlannedMilestone("完成データの納品", 27)),
                (
                    PlannedCheck(1, "要望の項目をすべて反映した"),
                    PlannedCheck(2, "文字の校正を二人で行った"),
                    PlannedCheck(2, "入稿の規定（寸法・色・解像度）を満たしている"),
                ),
            ),
        ),
    )
}
