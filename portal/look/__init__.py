"""The shared look: the figures, badges, tables and forms that templates put pages together from."""
