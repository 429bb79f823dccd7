"""EC-CUBE 4: an open-source shop system of Japan."""
