"""Contract 3, one a module, written from the files that exist: `python -m tests.architecture.contracts` renews it.

Modules meet only through public, events and values; the registry alone, and the seed beside it, may import the rest.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PYPROJECT: Final = ROOT / "pyproject.toml"
OPEN: Final = frozenset({"public", "events", "values", "__init__", "__pycache__"})
BEGIN: Final = "# contract 3: written by tests/architecture/contracts.py\n"
END: Final = "# end of contract 3\n"


def inside(module: Path) -> list[str]:
    names = {path.stem for path in module.iterdir() if path.suffix == ".py" or path.is_dir()}
    return sorted(names - OPEN)


def _exists(place: Path) -> bool:
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def contract(module: Path) -> str:
    prefix = f"app.modules.{module.name}"
    compositions = [f"app.{name}" for name in ("registry", "seed") if _exists(ROOT / "app" / name)]
    importers = json.dumps([prefix, *compositions])
    protected = "".join(f'  "{prefix}.{name}",\n' for name in inside(module))
    return (
        "\n[[tool.importlinter.contracts]]\n"
        f'id = "protected-{module.name}"\n'
        f'name = "3 {module.name} is met through public, events and values"\n'
        'type = "protected"\n'
        f"protected_modules = [\n{protected}]\n"
        f"allowed_importers = {importers}\n"
    )


def contracts() -> str:
    modules = sorted(path for path in (ROOT / "app/modules").iterdir() if (path / "__init__.py").exists())
    return BEGIN + "".join(contract(module) for module in modules) + END


def written(text: str) -> str:
    """The part of pyproject.toml that this file writes; empty when it has never been written."""
    if BEGIN not in text:
        return ""
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def renew() -> None:
    text = PYPROJECT.read_text()
    old = written(text)
    PYPROJECT.write_text(text.replace(old, contracts()) if old else f"{text}\n{contracts()}")


if __name__ == "__main__":
    renew()
