"""Bring MoveHub up on one machine: `python3 scripts/local.py --help`, or the Makefile's targets.

Runs before anything is installed, so it needs the standard library alone. This one file is readable by every
Python 3, so that an old one is told so in a sentence.
"""

import os
import shutil
import sys

OLDEST = (3, 11)
NEWER = ("python3.11", "python3.12", "python3.13", "python3.14")


def main() -> int:
    """Hand over to the commands, in a newer Python when this one is too old and another is at hand."""
    if sys.version_info < OLDEST:
        for name in NEWER:
            found = shutil.which(name)
            if found:
                os.execv(found, [found] + sys.argv)  # noqa: RUF005 - as old as Python 3.0
        sys.stderr.write(
            "MoveHub needs Python 3.11 or newer and this is {}.{}: install it (apt-get install python3.11), "
            "or name it: make run PYTHON=/path/to/python3.11\n".format(*sys.version_info[:2])
        )
        return 1
    from movehub_local.commands import run_command  # noqa: PLC0415 - an old Python cannot read it

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
