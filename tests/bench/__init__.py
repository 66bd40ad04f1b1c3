"""
Benches: `python -m tests.bench` prints one line per figure and writes bench.json.

Each module named in `__main__` has `measure(scale) -> Iterator[Figure]`. It gets its databases from
`databases` (on the server of DATABASE_URL, else SQLite files in var/bench), works in processes of
its own, and compares with a floor measured in the same run.
"""
