"""From counting facts to indicators: contributions, points in time, windows, formulas, observations."""
