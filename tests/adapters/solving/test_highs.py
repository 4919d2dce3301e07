"""The solver against every choice there is, on small programs."""

from __future__ import annotations

import itertools
import random

import pytest

from app.adapters.solving.highs import HighsSolver
from app.kernel.ports.solving import Column, Program, Row

pytestmark = pytest.mark.unit


def obeys(row: Row, values: tuple[int, ...]) -> bool:
    return row.least <= sum(weight * values[column] for column, weight in row.weights.items()) <= row.most


@pytest.mark.parametrize("seed", range(20))
async def test_it_finds_what_costs_least(seed: int):
    dice = random.Random(seed)
    columns = [Column(dice.randint(1, 9)) for _ in range(6)]
    rows = [Row({n: 1.0 for n in range(6) if dice.random() < 0.6}, least=1.0) for _ in range(4)]
    rows = [row for row in rows if row.weights] + [Row({0: 1.0, 1: 1.0}, most=1.0)]
    possible = [one for one in itertools.product((0, 1), repeat=6) if all(obeys(row, one) for row in rows)]
    if not possible:
        pytest.skip("nothing obeys these rows")
    costs = [sum(column.cost * value for column, value in zip(columns, one, strict=True)) for one in possible]
    choice = await HighsSolver().solve(Program(columns, rows, possible[0]))
    found = sum(column.cost * round(value) for column, value in zip(columns, choice.values, strict=True))
    assert (choice.is_best, found) == (True, min(costs))


async def test_without_time_there_is_the_start():
    program = Program([Column(5.0), Column(1.0)], [Row({0: 1.0, 1: 1.0}, least=1.0)], [1.0, 0.0])
    choice = await HighsSolver(seconds=0.0).solve(program)
    assert sum(round(value) for value in choice.values) >= 1
