"""The schema of DataCite 4.6, for programs that this stands before."""

import importlib.resources

from lxml import etree

XSD = "{http://www.w3.org/2001/XMLSchema}"


def datacite_schema():
    """As it is published, but for the values that 4.7 added.

    The package that brings it along is that of a university, which wants rights in every record: there `rightsList` and `rights` have
    to be, where the published schema says that they may.
    """
    tree = etree.parse(str(importlib.resources.files("validator") / "schema" / "metadata.xsd"))
    changed = [one for one in tree.iter(f"{XSD}element") if one.get("name") in ("rightsList", "rights")]
    assert len(changed) == 2, "another schema"
    for one in changed:
        one.set("minOccurs", "0")
    return etree.XMLSchema(tree)
