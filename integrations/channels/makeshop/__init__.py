"""makeshop: a shop system of GMO."""
