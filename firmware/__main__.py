"""`keepline`, also as `python -m firmware`."""

import sys

from firmware.command_line.main import main

if __name__ == "__main__":
    sys.exit(main())
