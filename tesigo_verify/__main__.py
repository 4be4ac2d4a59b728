"""``python -m tesigo_verify``."""

import sys

from tesigo_verify.cli import main

sys.exit(main())
