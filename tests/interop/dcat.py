"""Holds DCAT-AP documents against the shapes, and their serializations against each other.

python dcat.py SHAPES FILE...: files that differ only in their ending are one document in several serializations. SHAPES is
the folder with the modular shapes of DCAT-AP 3.0.1, or `-` to do without. Prints one JSON document.
"""

import concurrent.futures
import json
import pathlib
import sys

from rdflib import RDF, Graph, Namespace
from rdflib.compare import isomorphic, to_isomorphic

FORMATS = {".ttl": "turtle", ".rdf": "xml", ".jsonld": "json-ld", ".nt": "nt"}
SHAPES = ["shapes.ttl", "shapes_recommended.ttl", "range.ttl", "mdr-vocabularies.shape.ttl"]
SH = Namespace("http://www.w3.org/ns/shacl#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")


def violations(graph, shapes):
    import pyshacl

    found, warnings = [], 0
    for shape in shapes:
        _, report, _ = pyshacl.validate(graph, shacl_graph=shape, inference="none", advanced=False)
        # The report's own results; those below them are why a warning was given.
        for result in report.objects(report.value(predicate=RDF.type, object=SH.ValidationReport), SH.result):
            if report.value(result, SH.resultSeverity) == SH.Violation:
                told = [SH.focusNode, SH.resultPath, SH.value, SH.resultMessage]
                found.append(" ".join(str(report.value(result, part)) for part in told))
            else:
                warnings += 1
    return found, warnings


def judged(work):
    """What is found in one document."""
    folder, parts = work
    graphs = [Graph().parse(part, format=FORMATS[part.suffix]) for part in parts]
    first, differ = graphs[0], []
    for part, graph in zip(parts[1:], graphs[1:]):
        # Without blank nodes, isomorphic graphs are equal; the canonical forms are compared where that is cheap.
        same = set(first) == set(graph)
        if len(first) < 5000:
            same = same and isomorphic(first, graph) and to_isomorphic(first) == to_isomorphic(graph)
        if not same:
            rest = [" ".join(term.n3() for term in triple) for triple in set(first) ^ set(graph)]
            differ.append({"of": str(part), "triples": sorted(rest)[:10]})
    shapes = [] if folder == "-" else [Graph().parse(pathlib.Path(folder) / name) for name in SHAPES]
    found, warnings = violations(first, shapes)
    return {
        "differ": differ,
        "violations": [f"{parts[0].stem}: {one}" for one in found],
        "warnings": warnings,
        "documents": len(parts),
        "triples": len(first),
        "datasets": [str(dataset) for dataset in set(first.objects(None, DCAT.dataset))],
    }


def main(folder, files):
    documents = {}
    for file in map(pathlib.Path, files):
        documents.setdefault(file.with_suffix(""), []).append(file)
    answer = {"documents": 0, "triples": 0, "datasets": [], "differ": [], "violations": [], "warnings": 0}
    # One process a core: a validator knows only one of them.
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for found in pool.map(judged, [(folder, parts) for parts in documents.values()]):
            for name, value in found.items():
                answer[name] += value
    print(json.dumps(answer))


main(sys.argv[1], sys.argv[2:])
