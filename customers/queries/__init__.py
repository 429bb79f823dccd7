"""What is asked about buyers."""
