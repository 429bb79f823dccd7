"""The pages of the buyers."""
