"""The buyer's page: what an order is called, and what happened to it, in the buyer's words. Pure."""
