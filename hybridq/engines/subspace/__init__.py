"""Exact simulation on the feasible states of a problem alone.

`engine` is the running engine, `reading` the circuits that it takes, `runner` its states and
phases; `evolution` has the mixers, and `plain` their slow twins in NumPy.
"""
