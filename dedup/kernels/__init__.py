"""Choose the twin once; the only kernel module that others import.

``DEDUP_KERNELS=reference`` or ``native`` forces one; else it is the native one where it was built.
What each module offers it says itself, in its ``__all__``.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

from .alignment import *
from .columns import *
from .packing import *
from .reference import *
from .reference_pairs import *
from .reference_rows import *

KIND = os.environ.get("DEDUP_KERNELS") or (
    "native" if find_spec("dedup.kernels._native") else "reference"
)
"""Which twin runs."""

if KIND == "native":
    from .native import *  # each in place of its twin, of the same type, as mypy makes sure
