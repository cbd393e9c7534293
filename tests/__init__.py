"""Tests; run them with ``python -m pytest``."""
