"""The channels that orders come from: one folder each, with its profile and its sample files."""
