"""The API for orders, uploads and shipments, on the client's own host.

The serializers (described) only describe; what comes in is checked by orders.intake, by the same rules as files.
"""
