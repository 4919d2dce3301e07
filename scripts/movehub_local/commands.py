"""The commands of `scripts/local.py`: what the Makefile's targets call."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from typing import Final

from .checks import run_checks, write_openapi
from .doctor import examine
from .failure import CannotContinue, Stopped, about_machine
from .homes import remove_lasting_home, stop_runs
from .image import check_image
from .paths import PYTHON
from .program import run_program
from .progress import say
from .together import run_with_services

DEFAULT_PORT: Final = "8000"
HIGHEST_PORT: Final = 65_535
PYTEST: Final = (str(PYTHON), "-m", "pytest", "-n", "auto", "-m", "not gate")


def run_command(arguments: Sequence[str]) -> int:
    """Exit code 0, 1 with one sentence, 130 after Ctrl-C; where a command of the caller's ran, its own."""
    chosen = _parse(arguments)
    command, _ = COMMANDS[chosen.command]
    words = chosen.words[1:] if chosen.words[:1] == ["--"] else chosen.words
    try:
        return command(words)
    except CannotContinue as failure:
        say(f"\n{failure}")
        return 1
    except OSError as refusal:
        say(f"\n{about_machine(refusal)}")
        return 1
    except (Stopped, KeyboardInterrupt):
        return 130


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/local.py", description="Bring MoveHub up on one machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (_, summary) in COMMANDS.items():
        one = commands.add_parser(name, help=summary, description=summary)
        one.add_argument("words", nargs=argparse.REMAINDER, metavar="-- …")
    return parser.parse_args(arguments)


def _run(_: Sequence[str]) -> int:
    try:
        run_program(_port(), os.environ)
    except Stopped:
        say("Everything is stopped.")
    return 0


def _stop(_: Sequence[str]) -> int:
    ended = stop_runs()
    say(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")
    return 0


def _reset(_: Sequence[str]) -> int:
    _stop(())
    remove_lasting_home()
    say("The local data is deleted, with the keys to it. A database that DATABASE_URL names is untouched:")
    say("unless its MOVEHUB_AUTH__SEALING_KEY is given, the next run asks for an empty one.")
    return 0


def _doctor(_: Sequence[str]) -> int:
    return examine(_port(), os.environ)


def _test(words: Sequence[str]) -> int:
    return run_with_services([*PYTEST, *words], os.environ)


def _with_services(words: Sequence[str]) -> int:
    if not words:
        raise CannotContinue("Which command? `scripts/local.py with-services -- env`")
    return run_with_services(words, os.environ)


def _check(_: Sequence[str]) -> int:
    return run_checks()


def _openapi(words: Sequence[str]) -> int:
    return write_openapi(words)


def _image_check(_: Sequence[str]) -> int:
    check_image(os.environ)
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or DEFAULT_PORT
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        raise CannotContinue(f"PORT is {text!r}: give a number between 1 and {HIGHEST_PORT}.")
    return int(text)


COMMANDS: Final[dict[str, tuple[Callable[[Sequence[str]], int], str]]] = {
    "run": (_run, "bring everything up and run it in the foreground; PORT chooses the port"),
    "stop": (_stop, "end what a run left, or one that is running"),
    "reset": (_reset, "the same, and delete var/local"),
    "doctor": (_doctor, "say what is installed, running and missing"),
    "with-services": (_with_services, "run a command beside a throw-away PostgreSQL and Redis: -- command …"),
    "test": (_test, "run the tests beside the same: -- pytest arguments …"),
    "check": (_check, "format, lint, walls, architecture, types, lock export, OpenAPI"),
    "openapi": (_openapi, "write docs/openapi.json anew"),
    "image-check": (_image_check, "lint Dockerfile and compose file, build the image and run it"),
}
