"""How the collector of cycles is told, each time in a process of its own."""

import subprocess
import sys

import pytest

AT_THE_DOOR = """
import gc, importlib, types
import app.__main__
seen = []
importlib.import_module = lambda name: types.SimpleNamespace(main=lambda: seen.append((name, gc.get_threshold()[0])) or 7)
print(app.__main__.main(), *seen[0])
"""
WHEN_ALL_IS_LOADED = """
import gc
from app.runtime.memory import collect_seldom
before = gc.get_freeze_count()
collect_seldom()
print(gc.isenabled(), before, gc.get_freeze_count() > 1_000, gc.get_threshold()[0])
"""


@pytest.mark.parametrize(
    ("program", "said"),
    [(AT_THE_DOOR, "7 app.cli 50000"), (WHEN_ALL_IS_LOADED, "True 0 True 50000")],
    ids=["the program is loaded undisturbed", "what is loaded is left alone, and new cycles are found"],
)
def test_the_collector_looks_seldom(program: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == said
