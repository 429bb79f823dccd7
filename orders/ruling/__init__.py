"""Rules on orders, as data: what may be asked of an order, what may be done with it, and how many are done at once.

Pure: polars expressions are the engine, JSON is what is kept. A rule can say only what FIELDS, OPERATORS and ACTIONS
have words for, so it runs no code, names no table and takes no longer than a pass over the columns.
"""
