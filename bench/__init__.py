"""How fast, beside others and by size: ``python -m bench --help``.

Not part of the package: it is never installed, and nothing in ``dedup`` knows of it.
"""
