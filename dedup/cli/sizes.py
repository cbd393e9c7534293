"""Sizes of memory: as people write them, and what a machine has."""

from __future__ import annotations

import os
import re

MACHINE_SHARE = 4
"""By default one part in so many of the machine's memory is used …"""
MOST_BYTES = 2 << 30
"""… but no more than this: beyond it the system's own cache of files serves as well."""

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?) ?(?:([KMGT])(I?B)?|B)?", re.IGNORECASE)
_LIMITS = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"


def size_of(told: str) -> int | None:
    """The number of bytes that is meant, None where nothing is: ``2GiB``, ``500 MB``, ``1000000``.

    ``K``, ``M``, ``G`` and ``T`` count in 1024, but ``KB``, ``MB``, ``GB`` and ``TB`` in 1000.

    >>> size_of("2GiB"), size_of("500 MB"), size_of("1.5k"), size_of("0"), size_of("much")
    (2147483648, 500000000, 1536, None, None)
    """
    found = _SIZE.fullmatch(told.strip())
    if found is None:
        return None
    number, unit, rest = found.groups()
    power = " KMGT".index(unit.upper()) if unit else 0
    base = 1000 if rest and len(rest) == 1 else 1024
    return int(float(number) * base**power) or None


def usual_size() -> int:
    """The bound where nobody names one, in bytes: a share of what this process may use."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in _LIMITS:
        try:
            with open(path, encoding="ascii") as stream:
                sizes.append(int(stream.read()))
        except (OSError, ValueError):  # no such group, or no limit to it
            continue
    return min(min(sizes) // MACHINE_SHARE, MOST_BYTES)
