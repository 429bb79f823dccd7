"""The addresses of the API for orders, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from orders.api import bulk, messages, orders, postcodes, shipments, uploads

urlpatterns = [
    path("orders", orders.Orders.as_view(), name="orders"),
    path("orders/bulk", bulk.BulkOrders.as_view(), name="bulk_orders"),
    path("orders/<int:order_id>", orders.OneOrder.as_view(), name="order"),
    path("orders/<int:order_id>/cancel", orders.CancelOrder.as_view(), name="cancel_order"),
    path(
        "orders/<int:order_id>/exceptions/<int:exception_id>/decide",
        orders.DecideException.as_view(),
        name="decide_exception",
    ),
    path("orders/<int:order_id>/messages", messages.Messages.as_view(), name="messages"),
    path("postcodes/<str:code>", postcodes.Postcode.as_view(), name="postcode"),
    path("uploads", uploads.Uploads.as_view(), name="uploads"),
    path("uploads/<int:intake_id>", uploads.OneUpload.as_view(), name="upload"),
    path("uploads/<int:intake_id>/refused", uploads.RefusedRows.as_view(), name="refused_rows"),
    path("shipments", shipments.Shipments.as_view(), name="shipments"),
    path("shipments/<int:shipment_id>", shipments.OneShipment.as_view(), name="shipment"),
]
