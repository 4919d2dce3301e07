"""Mixed-integer programs, solved by HiGHS inside the process: one thread, a fixed seed, a limit of time."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from app.kernel.ports.solving import Choice, Program

# A dispatcher waits for it.
MOST_SECONDS: Final = 5.0


class HighsSolver:
    def __init__(self, seconds: float = MOST_SECONDS) -> None:
        self._seconds = seconds

    async def solve(self, program: Program) -> Choice:
        return await asyncio.to_thread(_solve, program, self._seconds)


def _solve(program: Program, seconds: float) -> Choice:
    import highspy  # 23 MB and an eighth of a second, paid by the first plan

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("time_limit", seconds)):
        highs.setOptionValue(name, value)
    for number, column in enumerate(program.columns):
        highs.addCol(column.cost, 0.0, column.most, 0, [], [])
        if column.is_whole:
            highs.changeColIntegrality(number, highspy.HighsVarType.kInteger)
    for row in program.rows:
        highs.addRow(row.least, row.most, len(row.weights), list(row.weights), list(row.weights.values()))
    start = highspy.HighsSolution()
    start.col_value = list(program.start)
    highs.setSolution(start)
    highs.run()
    if highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Choice(program.start, is_best=False)
    is_best = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return Choice(list(highs.getSolution().col_value), is_best=is_best)
