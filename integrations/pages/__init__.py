"""The pages about notices, and the buyer's."""
