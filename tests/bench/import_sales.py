"""The sales import over a raw `executemany` of the same final rows, and its peak memory."""

from collections.abc import Iterator

from tests.bench.figures import Figure, Scale


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield `import_over_raw` and `import_peak_mb`."""
    yield from ()
