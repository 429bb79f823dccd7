"""What is told to whom, and in which words: the catalogue of notices and the filling in of their texts. Pure."""
