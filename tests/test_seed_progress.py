"""What the seed tells where nobody looks at a terminal."""

from __future__ import annotations

import pytest

from app.seed.progress import Progress

pytestmark = pytest.mark.unit


def test_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 5.0, 5.0, 9.9, 10.0, 10.0])
    tell = Progress(lambda: next(times))
    for number in range(1, 5):
        tell(f"{number} of 60 companies")
    assert capsys.readouterr().out == "2 of 60 companies …\n4 of 60 companies …\n"
