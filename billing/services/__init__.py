"""The verbs of billing: terms and prices, closing, review, issue."""
