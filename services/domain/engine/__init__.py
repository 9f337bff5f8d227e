"""From counting facts to indicators.

Contributions, points in time, windows, formulas, observations.
"""
