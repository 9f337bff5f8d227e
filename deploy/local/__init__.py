"""Real Kafka and TimescaleDB as child processes on loopback, supervised."""
