"""A process that makes exports and says how much memory it took: `python -m tests.privacy.exporting ID ID`.

For each it prints the peak so far, in MiB (Linux counts it in KiB).
"""

import resource
import sys
from uuid import UUID


def main() -> None:
    """Makes them one after the other."""
    import django

    django.setup()
    from privacy.domain import exports

    for export_id in sys.argv[1:]:
        assert exports.make(export_id=UUID(export_id))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
