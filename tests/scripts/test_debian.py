"""Debian's packages while somebody else installs some."""

from __future__ import annotations

from pathlib import Path

import pytest
from movehub_local import debian
from movehub_local.failure import CannotContinue

pytestmark = pytest.mark.unit

LOCKED = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)"


def busy(tmp_path: Path, times: int) -> list[str]:
    """A command that finds the lists locked so many times, and then does its work."""
    turns = tmp_path / "turns"
    program = f"""
echo turn >> {turns}
if [ $(wc -l < {turns}) -le {times} ]; then echo '{LOCKED}'; exit 100; fi
echo done
"""
    return ["sh", "-c", program]


def test_it_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(debian, "LOCK_POLL_SECONDS", 0.01)
    debian._apt(busy(tmp_path, 2), "redis-server", tmp_path / "log")
    assert (tmp_path / "log").read_text().splitlines() == [LOCKED, LOCKED, "done"]
    assert capsys.readouterr().err.count("waiting for it") == 2


def test_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "LOCK_SECONDS", 0.0)
    with pytest.raises(CannotContinue, match="let it come to its end"):
        debian._apt(busy(tmp_path, 2), "redis-server", tmp_path / "log")


def test_another_failure_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(CannotContinue, match=r"\(no such package\): check the network"):
        debian._apt(["sh", "-c", "echo 'E: no such package'; exit 100"], "redis-server", tmp_path / "log")
