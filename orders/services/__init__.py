"""What is done with orders: verbs that take many, lock first, write in sets and publish last."""
