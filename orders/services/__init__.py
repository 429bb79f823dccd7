"""The verbs of orders, a module a family."""
