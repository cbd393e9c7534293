"""Hypothesis for every test: the same examples on every run and machine, without a clock."""

from hypothesis import settings

settings.register_profile("dedup", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("dedup")
