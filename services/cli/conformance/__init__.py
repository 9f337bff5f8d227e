"""The specification as data, and what shows that each of its clauses holds."""
