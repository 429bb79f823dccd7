"""What is asked about service projects."""
