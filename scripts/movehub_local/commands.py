"""The commands of `scripts/local.py`: what the Makefile's targets call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from .failure import CannotContinue, Stopped
from .paths import PYTHON
from .progress import say
from .together import run_with_services


def run_command(arguments: Sequence[str]) -> int:
    """Exit code 0, 1 with one sentence, 130 after Ctrl-C; the tested command's own where there is one."""
    chosen = _parse(arguments)
    try:
        return _dispatch(chosen)
    except CannotContinue as failure:
        say(f"\n{failure}")
        return 1
    except (Stopped, KeyboardInterrupt):
        return 130


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/local.py", description="Bring MoveHub up on one machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    together = commands.add_parser("with-services", help="run a command beside a throw-away PostgreSQL and Redis")
    together.add_argument("words", nargs=argparse.REMAINDER, metavar="-- command …")
    test = commands.add_parser("test", help="run the tests, beside the same")
    test.add_argument("words", nargs=argparse.REMAINDER, metavar="-- pytest arguments …")
    return parser.parse_args(arguments)


def _dispatch(chosen: argparse.Namespace) -> int:
    words = chosen.words[1:] if chosen.words[:1] == ["--"] else chosen.words
    if chosen.command == "test":
        return run_with_services([str(PYTHON), "-m", "pytest", "-n", "auto", *words], os.environ)
    if not words:
        raise CannotContinue("Which command? `scripts/local.py with-services -- psql …`")
    return run_with_services(words, os.environ)
