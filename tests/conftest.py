"""Hypothesis for every test: the same examples on every run and machine, without a clock.

``--hypothesis-profile fuzz`` looks further, and elsewhere each time.
"""

from hypothesis import settings

settings.register_profile("dedup", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("fuzz", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("dedup")
