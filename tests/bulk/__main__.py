"""`python -m tests.bulk`. What it does is elsewhere, where the processes that it starts can find it."""

import sys

from tests.bulk.comparing import main

if __name__ == "__main__":
    sys.exit(main())
