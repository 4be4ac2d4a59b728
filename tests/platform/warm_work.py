"""What children do in tests of `warm_children`: by the first argument."""

import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Does it."""
    match sys.argv[1:]:
        case ["echo"]:
            sys.stdout.buffer.write(sys.stdin.buffer.read())
        case ["environment"]:
            print(
                sorted(os.environ),
                os.environ.get("GIVEN"),
                sorted(path.name for path in Path("/proc/self/fd").iterdir()),
            )
        case ["code", code]:
            sys.exit(int(code))
        case ["raise"]:
            raise ValueError
        case ["eat"]:
            _ = bytearray(3 * 1024**3)
        case ["spin"]:
            while True:
                pass
        case ["sleep", path]:
            child = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
            Path(path).write_text(f"{os.getpid()} {child.pid}")
            time.sleep(60)
        case ["ignore"]:
            print("done")


if __name__ == "__main__":
    main()
