"""What happens in a simulated province beside dossiers: readings, single facts, cases, reports."""
