"""The slow second opinion: every value from raw events, in the most obvious way."""
