"""The papers (帳票): for each a Typst template and, beside it, the shape of its data."""
