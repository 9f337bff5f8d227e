"""One module for each outside thing: broker, database, clock, settings, files."""
