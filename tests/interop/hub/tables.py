"""Writes the JSON array of the first argument as two Parquet files, in shards by split, below the second."""

import json
import sys

import pyarrow
import pyarrow.parquet

rows = json.load(open(sys.argv[1], encoding="utf-8"))
for split, part in [("train", rows[:300]), ("test", rows[300:])]:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(part), f"{sys.argv[2]}/{split}.parquet")
