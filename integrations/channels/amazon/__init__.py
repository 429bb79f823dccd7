"""Amazon.co.jp, orders that the seller ships."""
