"""The URL maps: the operator's host, a client's host, and what both share."""
