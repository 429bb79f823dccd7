"""What is asked about notices and about the buyers' pages."""
