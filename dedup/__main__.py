"""``python -m dedup``."""

import sys

from .cli.main import main

sys.exit(main())
