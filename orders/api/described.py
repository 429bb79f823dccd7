"""What the API takes and gives, as its description shows it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.idempotency import HEADER
from core.json_lists import LARGEST_PAGE, PAGE
from orders.conversation import LONGEST
from orders.exceptions import CHOICES, KINDS
from orders.lifecycle import BY_CODE
from orders.models import Intake, Shipment
from orders.reasons import PARTIES

SHIPMENT_STATES = (
    Shipment.PLANNED, Shipment.RELEASED, Shipment.PICKING, Shipment.PACKED, Shipment.HANDED_OVER, Shipment.IN_TRANSIT,
    Shipment.DELIVERED, Shipment.ATTEMPT_FAILED, Shipment.RETURNED, Shipment.LOST, Shipment.CANCELLED,
)  # fmt: skip

CURSOR = OpenApiParameter("cursor", str, description="前のページの next")
LIMIT = OpenApiParameter("limit", int, description=f"1～{LARGEST_PAGE}（既定 {PAGE}）")
KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True, description="登録ごとに新しい値（英数字と記号で100文字以内）"
)
CHANNEL = OpenApiParameter("channel", str, description="販売チャネルのコード（1つだけなら省略できます）")


def _yen(*, required: bool = True, help_text: str = "円") -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, required=required, help_text=help_text)


class LineIn(serializers.Serializer[Any]):
    """登録する明細。"""

    sku = serializers.CharField(required=False, help_text="商品コード")
    name = serializers.CharField(max_length=255, help_text="商品名")
    option = serializers.CharField(required=False, help_text="色・サイズなど")
    quantity = serializers.IntegerField(min_value=1)
    unit_price = _yen(help_text="単価（円）")
    tax_rate = serializers.ChoiceField(choices=[10, 8, 0], required=False, help_text="税率（%）")
    line_discount = _yen(required=False, help_text="明細の値引（円）")


class OrderIn(serializers.Serializer[Any]):
    """登録する受注。金額はすべて円、日時はISO 8601です。"""

    number = serializers.CharField(max_length=60, help_text="注文番号。販売チャネルの中で1つだけ")
    ordered_at = serializers.DateTimeField(help_text="受注日時")
    buyer_name = serializers.CharField(max_length=100, help_text="購入者の氏名")
    buyer_kana = serializers.CharField(required=False)
    buyer_postcode = serializers.CharField(required=False)
    buyer_prefecture = serializers.CharField(required=False)
    buyer_address = serializers.CharField(required=False)
    buyer_phone = serializers.CharField(required=False)
    buyer_email = serializers.EmailField(required=False)
    ship_name = serializers.CharField(max_length=100, help_text="お届け先の氏名")
    ship_kana = serializers.CharField(required=False)
    ship_postcode = serializers.CharField(help_text="7桁。ハイフンはあってもなくても構いません")
    ship_prefecture = serializers.CharField(required=False)
    ship_address = serializers.CharField(help_text="お届け先の住所")
    ship_phone = serializers.CharField(required=False)
    payment_method = serializers.CharField(required=False)
    paid = serializers.BooleanField(required=False, help_text="入金済み")
    delivery_method = serializers.CharField(required=False)
    goods_total = _yen(required=False, help_text="商品合計")
    postage = _yen(required=False, help_text="送料")
    fee = _yen(required=False, help_text="手数料")
    discount = _yen(required=False, help_text="値引")
    points = _yen(required=False, help_text="ポイント利用")
    tax = _yen(required=False, help_text="消費税")
    total = _yen(required=False, help_text="合計")
    wished_date = serializers.DateField(required=False, help_text="お届け希望日")
    wished_slot = serializers.CharField(required=False, help_text="お届け希望時間帯")
    gift = serializers.BooleanField(required=False)
    noshi = serializers.CharField(required=False)
    wrapping = serializers.CharField(required=False)
    message = serializers.CharField(required=False)
    note = serializers.CharField(required=False, help_text="備考")
    lines = LineIn(many=True)


class Problem(serializers.Serializer[Any]):
    """受け付けなかった理由。"""

    field = serializers.CharField(help_text="項目（明細は lines[0].sku の形）")
    value = serializers.CharField()
    code = serializers.CharField(help_text="プログラムのための短い語")
    message = serializers.CharField(help_text="人のための文")


class Placed(serializers.Serializer[Any]):
    """1件の結果。"""

    place = serializers.IntegerField(help_text="送った順（1から）")
    number = serializers.CharField()
    result = serializers.ChoiceField(choices=["created", "known", "refused"])
    id = serializers.IntegerField(allow_null=True, help_text="受注のID。refused では null")
    problems = Problem(many=True)


class PlacedOut(serializers.Serializer[Any]):
    """登録の結果。known は登録済みの注文番号です。重ねて登録されることはありません。"""

    intake = serializers.IntegerField(help_text="取込のID")
    created = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = Placed(many=True)


class RowProblem(serializers.Serializer[Any]):
    """登録できなかった理由。"""

    field = serializers.CharField(allow_blank=True, help_text="項目（明細は lines[0].sku の形）。1件全体のことなら空")
    code = serializers.CharField(help_text="プログラムのための短い語")
    message = serializers.CharField(help_text="人のための文")


class BulkRow(serializers.Serializer[Any]):
    """応答の1行。受注1件の結果です。"""

    row = serializers.IntegerField(help_text="送った順（1から。NDJSONの空行は数えません）")
    number = serializers.CharField(allow_blank=True, help_text="注文番号。読み取れなければ空")
    result = serializers.ChoiceField(choices=["created", "known", "refused"])
    order_id = serializers.IntegerField(allow_null=True, help_text="受注のID。refused では null")
    errors = RowProblem(many=True, help_text="refused の理由。ほかでは空の配列")  # type: ignore[assignment]


class BulkSummary(serializers.Serializer[Any]):
    """結果の数。"""

    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()


class BulkEnd(serializers.Serializer[Any]):
    """応答の最後の行。この行で終わらない応答は、途中で切れています。"""

    summary = BulkSummary()


class OrderRow(serializers.Serializer[Any]):
    """一覧の受注。"""

    id = serializers.IntegerField()
    number = serializers.CharField()
    channel = serializers.CharField(help_text="販売チャネルのコード")
    phase = serializers.ChoiceField(choices=list(BY_CODE), help_text="状態")
    ordered_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    buyer_name = serializers.CharField()
    ship_name = serializers.CharField()
    ship_postcode = serializers.CharField()
    ship_prefecture = serializers.CharField()
    ship_address = serializers.CharField()
    payment_method = serializers.CharField()
    total = serializers.DecimalField(max_digits=14, decimal_places=2)
    wished_date = serializers.DateField(allow_null=True)
    wished_slot = serializers.CharField()
    ship_due_at = serializers.DateTimeField(allow_null=True, help_text="出荷期限")
    shipped_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="変わるたびに増えます")


class OrderPage(serializers.Serializer[Any]):
    """受注の1ページ。"""

    data = OrderRow(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")


class LineOut(serializers.Serializer[Any]):
    """受注の明細と数量。"""

    position = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    option = serializers.CharField()
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=2)
    discount = serializers.DecimalField(max_digits=14, decimal_places=2)
    tax_rate = serializers.IntegerField()
    ordered = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    shipped = serializers.IntegerField()
    delivered = serializers.IntegerField()


class ParcelOut(serializers.Serializer[Any]):
    """荷物。"""

    carrier = serializers.CharField(help_text="配送会社")
    number = serializers.CharField(help_text="送り状番号")
    url = serializers.CharField(allow_blank=True, help_text="追跡ページ")


class ShipmentRow(serializers.Serializer[Any]):
    """出荷。"""

    id = serializers.IntegerField()
    order_id = serializers.IntegerField()
    number = serializers.CharField(help_text="注文番号")
    position = serializers.IntegerField(help_text="受注の中で何番目の出荷か")
    state = serializers.ChoiceField(choices=SHIPMENT_STATES)
    carrier = serializers.CharField()
    size = serializers.IntegerField(help_text="サイズ")
    released_at = serializers.DateTimeField(help_text="出荷指示")
    handed_over_at = serializers.DateTimeField(allow_null=True, help_text="出荷")
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="お届け")


class PlaceOut(serializers.Serializer[Any]):
    """住所の候補。"""

    postcode = serializers.CharField(help_text="7桁の数字")
    prefecture = serializers.CharField(help_text="都道府県")
    city = serializers.CharField(help_text="市区町村")
    name = serializers.CharField(help_text="町域。事業所では番地まで", allow_blank=True)
    kana = serializers.CharField(help_text="都道府県から町域までの読み（全角カタカナ）。事業所では事業所の名前の読み")
    office = serializers.CharField(help_text="個別番号を持つ事業所の名前。町域では空", allow_blank=True)
    note = serializers.CharField(help_text="日本郵便の注記。例: 以下に掲載がない場合", allow_blank=True)
    address = serializers.CharField(help_text="住所の始まり")


class PostcodeOut(serializers.Serializer[Any]):
    """郵便番号と、その下にある住所の候補。"""

    postcode = serializers.CharField(help_text="7桁の数字")
    places = PlaceOut(many=True)


class ShipmentOut(ShipmentRow):
    """出荷と荷物。"""

    parcels = ParcelOut(many=True)


class ShipmentPage(serializers.Serializer[Any]):
    """出荷の1ページ。"""

    data = ShipmentRow(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")


class ChoiceOut(serializers.Serializer[Any]):
    """選べる対応。"""

    code = serializers.ChoiceField(choices=list(CHOICES))
    label = serializers.CharField(help_text="対応の名前")  # type: ignore[assignment]
    explains = serializers.CharField(help_text="選ぶと受注がどうなるか")
    needs = serializers.ChoiceField(
        choices=["", "date", "address", "item"], allow_blank=True, help_text="一緒に送る必要のある項目"
    )


class ExceptionOut(serializers.Serializer[Any]):
    """受注の例外。decision が空なら、まだ決まっていません。"""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=list(KINDS))
    label = serializers.CharField(help_text="例外の名前")  # type: ignore[assignment]
    message = serializers.CharField(help_text="委託元へのお知らせ")
    decider = serializers.ChoiceField(choices=["client", "operator", "supplier", "buyer"], help_text="判断する人")
    party = serializers.ChoiceField(choices=list(PARTIES), help_text="責任区分")
    billable = serializers.BooleanField(help_text="生じた作業を請求するか")
    note = serializers.CharField(allow_blank=True)
    expected_date = serializers.DateField(allow_null=True, help_text="提案された日付")
    opened_at = serializers.DateTimeField()
    decide_by = serializers.DateTimeField(allow_null=True, help_text="判断の期限")
    closed_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.CharField(allow_blank=True, help_text="選ばれた対応（withdrawn は取り下げ）")
    answer = serializers.CharField(allow_blank=True)
    choices = ChoiceOut(many=True, help_text="いま選べる対応")


class DecideIn(serializers.Serializer[Any]):
    """例外への対応。date・postcode と address・item は、その対応が必要とするときだけ送ります。"""

    choice = serializers.ChoiceField(choices=list(CHOICES))
    answer = serializers.CharField(required=False, allow_blank=True, max_length=2000, help_text="ひとこと")
    date = serializers.DateField(required=False, help_text="新しい日付")
    postcode = serializers.CharField(required=False, max_length=10)
    address = serializers.CharField(required=False, max_length=255)
    item = serializers.CharField(required=False, max_length=255, help_text="代わりの商品")


class OrderOut(OrderRow):
    """受注のすべて。"""

    phase_label = serializers.CharField(help_text="状態の名前")
    next_step = serializers.CharField(allow_null=True, help_text="次に起こること")
    next_at = serializers.CharField(allow_null=True, help_text="その日時または日")
    buyer_kana = serializers.CharField()
    buyer_email = serializers.CharField()
    buyer_phone = serializers.CharField()
    buyer_postcode = serializers.CharField()
    buyer_prefecture = serializers.CharField()
    buyer_address = serializers.CharField()
    ship_kana = serializers.CharField()
    ship_phone = serializers.CharField()
    goods_total = serializers.DecimalField(max_digits=14, decimal_places=2)
    postage = serializers.DecimalField(max_digits=14, decimal_places=2)
    fee = serializers.DecimalField(max_digits=14, decimal_places=2)
    discount = serializers.DecimalField(max_digits=14, decimal_places=2)
    points = serializers.DecimalField(max_digits=14, decimal_places=2)
    note = serializers.CharField()
    lines = LineOut(many=True)
    shipments = ShipmentOut(many=True)
    exceptions = ExceptionOut(many=True)


class CancelIn(serializers.Serializer[Any]):
    """取消の理由。"""

    reason = serializers.CharField(max_length=200)


class CancelOut(serializers.Serializer[Any]):
    """cancelled は取消済み、requested は倉庫で作業中のため依頼として受け付けたもの。"""

    result = serializers.ChoiceField(choices=["cancelled", "requested"])


class MessageIn(serializers.Serializer[Any]):
    """代行会社へのメッセージ。"""

    body = serializers.CharField(max_length=LONGEST, help_text="本文（書式なし）")
    answer_awaited = serializers.BooleanField(default=True, help_text="返信が必要か")


class MessageOut(serializers.Serializer[Any]):
    """受注についてのメッセージ。"""

    id = serializers.IntegerField()
    side = serializers.ChoiceField(choices=["client", "operator"], help_text="client は委託元、operator は代行会社")
    author = serializers.CharField(help_text="書いた人")
    body = serializers.CharField()
    written_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    answer_awaited = serializers.BooleanField(help_text="このメッセージへの返信を待っているか")


class MessagePage(serializers.Serializer[Any]):
    """やりとりの1ページ。"""

    data = MessageOut(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")


class UploadIn(serializers.Serializer[Any]):
    """受注ファイル。"""

    channel = serializers.CharField(required=False, help_text="販売チャネルのコード（1つだけなら省略できます）")
    file = serializers.FileField()


class UploadOut(serializers.Serializer[Any]):
    """取込の状況。"""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[Intake.WAITING, Intake.RUNNING, Intake.DONE, Intake.REFUSED, Intake.HALF])
    error = serializers.CharField(allow_null=True, help_text="ファイル全体を受け付けなかった理由")
    file_name = serializers.CharField()
    rows = serializers.IntegerField()
    orders_new = serializers.IntegerField()
    orders_known = serializers.IntegerField()
    orders_refused = serializers.IntegerField()
    rows_refused = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RefusedRowOut(Problem):
    """取り込めなかった行。"""

    row = serializers.IntegerField(help_text="ファイルの行")
    number = serializers.CharField(help_text="注文番号（読み取れた場合）")


class RefusedPage(serializers.Serializer[Any]):
    """取り込めなかった行の1ページ。"""

    data = RefusedRowOut(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="次のページの cursor。最後のページでは null")
