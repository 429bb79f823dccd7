"""The pages of orders: files in, the list, one order, what is asked."""
