"""Shopify, as Japanese shops use it."""
