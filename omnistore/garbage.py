"""Garbage: how often Python looks for circles in a process that serves for long."""

import gc


def collect_less_often() -> None:
    """
    Let Python look for circles among what a request or batch makes, not among all ever imported.

    A process makes and drops tens of thousands of rows a second and keeps none of them; with the
    usual thresholds a tenth of its time went into looking through the modules again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
