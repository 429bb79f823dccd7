"""BASE: a shop system for small shops."""
