"""Tells which operations answered with success, in any of the runs, and fails when they are fewer than before.

Usage: tally.py COUNTS_JSON...
"""

import json
import pathlib
import sys

# The run reads the document before it counts; that is this operation's success.
ELSEWHERE = {"get_contract": "read at the start of each run"}
# Operations with a 2xx or 3xx.
LEAST = 100

runs = {path: json.loads(pathlib.Path(path).read_text()) for path in sys.argv[1:]}
operations = sorted({operation for counts in runs.values() for operation in counts})


def successes(counts):
    return sum(count for status, count in counts.items() if status[0] in "23")


names = [pathlib.Path(path).parent.name for path in runs]
print(f"{'requests with success, of all':<30}" + "".join(f"{name:>18}" for name in names))
seen = set()
for operation in operations:
    columns = [run.get(operation, {}) for run in runs.values()]
    if any(map(successes, columns)):
        seen.add(operation)
    print(f"{operation:<30}" + "".join(f"{successes(counts):>9} of {sum(counts.values()):>5}" for counts in columns))
never = sorted(set(operations) - seen)
print(f"{len(seen)} of {len(operations)} operations answered with success; the others:")
for operation in never:
    print(f"  {operation}: {ELSEWHERE.get(operation, 'never')}")
if len(seen) < LEAST:
    sys.exit(f"tally.py: at least {LEAST} did before")
