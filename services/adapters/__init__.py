"""One module for each outside thing: the broker, the database, the clock, the settings, the files."""
