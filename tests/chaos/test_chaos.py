"""Whatever breaks, nothing is lost, doubled or half done: one run a seed, judged by the invariants."""

from __future__ import annotations

import sys

from tests.chaos.run import Run
from tests.chaos.stage import Stage


def test_nothing_is_lost_doubled_or_half_done(stage: Stage, seed: int):
    run = Run(stage, seed)
    faults = run.play()
    sys.stderr.write(f"\nchaos {run.figures}\n")
    if faults:
        place = stage.keep_evidence(f"seed-{seed}", run.story())
        raise AssertionError(f"{run.story()}\nkept in {place}")
