"""The intake: HTTP in, Kafka out, a verdict for every record."""
