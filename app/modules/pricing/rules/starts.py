"""One job at many starts: which of them a config prices alike."""

from __future__ import annotations

from collections.abc import Sequence

from app.kernel.dayset import told_apart
from app.modules.pricing.rules.engine import CompiledConfig, Step
from app.modules.pricing.rules.rule import ONE, Markup, Sums
from app.modules.pricing.values import Job


class Starts:
    """Jobs that differ in nothing but their start. Each rule is asked once, however many configs share it."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = jobs
        self._asked: dict[int, tuple[Markup, int]] = {}

    def priced_alike(self, compiled: CompiledConfig, starts: int) -> list[int]:
        """`starts`, the numbers of jobs as bits, in parts that have one price each: only rules ask for the start."""
        return told_apart(
            starts, (self._applies(step) for step in compiled.surcharges if isinstance(step.rule, Markup))
        )

    def _applies(self, step: Step) -> int:
        known = self._asked.get(id(step.rule))
        if known is None:
            sums = Sums(base=ONE, line_haul=ONE)
            starts = sum(1 << at for at, job in enumerate(self.jobs) if step.charge(step.rule, job, sums) is not None)
            # The rule is kept with the answer: while it lives, no other has its id.
            known = self._asked[id(step.rule)] = (step.rule, starts)
        return known[1]
