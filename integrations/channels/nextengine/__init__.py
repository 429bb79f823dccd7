"""ネクストエンジン: an order management system of many Japanese shops."""
