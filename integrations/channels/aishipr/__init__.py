"""aishipR: a shop system for phones first."""
