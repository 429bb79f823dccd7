"""What is asked about orders: each module named for what it returns."""
