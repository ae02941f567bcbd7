"""Holds records against the schema; prints what is wrong with them.

Usage: FILE, an XML document whose root holds the records.
"""

import json
import sys

schema, records = datacite_schema(), list(etree.parse(sys.argv[1]).getroot())
wrong = []
for record in records:
    # By itself, as it is sent.
    if not schema.validate(etree.fromstring(etree.tostring(record))):
        wrong.append(str(schema.error_log))
print(json.dumps({"records": len(records), "wrong": wrong}))
