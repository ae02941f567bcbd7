"""Harvests with sickle: each question of a list as it is asked, and what came of it. Every DataCite record is held against the
schema of `datacite.py`, which stands before this, every DCAT-AP record is read by rdflib.

Usage: harvest.py BASE_URL QUESTIONS_JSON
"""

import json
import sys

import sickle.oaiexceptions as errors
from rdflib import DCAT, DCTERMS, RDF, Graph
from sickle import Sickle

KERNEL = "{http://datacite.org/schema/kernel-4}"
DC = "{http://purl.org/dc/elements/1.1/}"
ERRORS = tuple(one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception))
MANDATORY = ["identifier", "creators", "titles", "publisher", "publicationYear", "resourceType"]

client = Sickle(f"{sys.argv[1]}/oai")
schema = datacite_schema()


def check(record, prefix):
    """What every record in a format has."""
    if prefix == "oai_dc":
        for name in ["title", "creator", "publisher", "identifier", "type"]:
            assert record.xml.findtext(f".//{DC}{name}"), (name, record.raw)
        return
    if prefix == "dcat_ap":
        (rdf,) = record.xml.findall(f".//{{{RDF}}}RDF")
        graph = Graph().parse(data=etree.tostring(rdf), format="xml")
        (dataset,) = graph.subjects(RDF.type, DCAT.Dataset)
        for property in [DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.identifier]:
            assert graph.value(dataset, property), (property, record.raw)
        return
    resource = record.xml.find(f".//{KERNEL}resource")
    assert [one.tag for one in resource][0] == f"{KERNEL}identifier", record.raw
    for name in MANDATORY:
        found = resource.findall(f"{KERNEL}{name}")
        assert len(found) == 1 and "".join(found[0].itertext()).strip(), (name, record.raw)
    schema.assertValid(etree.fromstring(etree.tostring(resource)))


def ask(verb, arguments):
    try:
        found = getattr(client, verb)(**arguments)
        if verb == "Identify":
            return {name: getattr(found, name) for name in ["granularity", "deletedRecord", "protocolVersion", "earliestDatestamp", "adminEmail"]}
        if verb == "ListMetadataFormats":
            return [one.metadataPrefix for one in found]
        if verb == "ListSets":
            return [one.setSpec for one in found]
        records = [found] if verb == "GetRecord" else list(found)
        told = []
        for one in records:
            header = one if verb == "ListIdentifiers" else one.header
            if verb != "ListIdentifiers" and not header.deleted:
                check(one, arguments["metadataPrefix"])
            told.append({"id": header.identifier.rsplit(":", 1)[1], "identifier": header.identifier, "deleted": header.deleted,
                         "datestamp": header.datestamp, "sets": header.setSpecs})
        return told
    except ERRORS as error:
        return {"error": type(error).__name__}


print(json.dumps([ask(verb, arguments) for verb, arguments in json.loads(sys.argv[2])]))
