"""Stage 1: one micro-batch is one transaction of events, cases, pane delta and position.

Nothing is published here.
"""
