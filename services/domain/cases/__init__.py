"""Cases.

Things with a life of several events, folded from the set of their events in any order of arrival.
"""
