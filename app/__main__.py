"""`python -m app`: the program's only way in. It loads the commands, and hands over to them."""

from __future__ import annotations

import importlib
import sys

from app.runtime.memory import look_seldom


def main() -> int:
    """The exit code of the command that the arguments name."""
    # What a module makes when it is loaded stays: looking through it for garbage was a fifth of a start.
    look_seldom()
    code: int = importlib.import_module("app.cli").main()
    return code


if __name__ == "__main__":
    sys.exit(main())
