"""Questions to a running centre, and what its answers say of the clauses.

`survey` holds what a centre answered over its public interfaces, `asking`, `listening` and `topics`
ask, the other modules judge: each probe is a pure function of the survey, so that a test can hand
it the answers of a centre that is wrong.
"""
