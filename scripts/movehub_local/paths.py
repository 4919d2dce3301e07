"""Where everything stands in the working copy."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
VAR: Final = ROOT / "var"
LOCAL: Final = VAR / "local"
TEST: Final = VAR / "test"
VENV: Final = ROOT / ".venv"
PYTHON: Final = VENV / "bin" / "python"
RUNTIME_LOCK: Final = ROOT / "requirements.lock"
DEV_LOCK: Final = ROOT / "requirements-dev.lock"
