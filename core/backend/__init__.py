"""The database backend: every transaction opens in one scope, and a query outside of any is refused."""
