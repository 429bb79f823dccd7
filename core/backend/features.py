from django_tenants.postgresql_backend.base import original_backend


class DatabaseFeatures(original_backend.DatabaseFeatures):  # type: ignore[misc]
    """What PostgreSQL can do; Django finds out about transactions by making a table, which no scope may do."""

    supports_transactions = True
