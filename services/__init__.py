"""The services of the centre; they meet in topics, tables and schemas, never in imports."""
