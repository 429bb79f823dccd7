"""What is done about notices and the buyers' pages."""
