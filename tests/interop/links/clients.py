# Other people's readers: of Signposting the links of a page and of its link set, which have to say the same; of SPDX 3 the
# document, read into the model and written again; of bags one without any payload.
import io
import os
import sys
import warnings
import zipfile
import json

import bagit
import requests
import signposting
import spdx_python_model
from signposting.linkset import find_signposting_linkset

os.environ["NO_PROXY"] = "*"
warnings.simplefilter("error")
base, here, elsewhere = sys.argv[1:]

for page in [f"{base}/datasets/{here}", f"{base}/datasets/{here}/1.0.0"]:
    header = signposting.find_signposting_http(page)
    (linkset,) = header.linksets
    links = find_signposting_linkset(str(linkset.target)).for_context(page)
    assert header.citeAs.target == links.citeAs.target, (header.citeAs, links.citeAs)
    assert header.license.target == links.license.target
    for kind in ["types", "describedBy", "items", "authors", "collection"]:
        targets = [getattr(one, kind) for one in (header, links)]
        targets = [
            {str(link.target) for link in (found if isinstance(found, (set, frozenset, list)) else [found])}
            for found in targets
        ]
        assert targets[0] == targets[1] and targets[0], (kind, targets)
    assert len(links.items) == 2

address = f"{base}/datasets/{here}/spdx.json"
document = requests.get(address).json()
model, objects = spdx_python_model.load_data(document)
assert not objects.missing_ids or all("NoAssertion" in one for one in objects.missing_ids), objects.missing_ids
packages = [one for one in objects.foreach_type(model.dataset_DatasetPackage)]
files = [one for one in objects.foreach_type(model.software_File)]
assert len(packages) == 1 and len(files) == 2, (packages, files)
written = io.BytesIO()
model.JSONLDSerializer().write(objects, written)
# The context has a short name for the individual.
no_assertion = b"https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
again = json.loads(written.getvalue().replace(b"expandedlicensing_NoAssertionLicense", no_assertion))


def elements(document):
    return {one["spdxId"]: one for one in document["@graph"] if "spdxId" in one}


assert elements(again).keys() == elements(document).keys()
for name, element in elements(document).items():
    other = elements(again)[name]
    assert {key: other[key] for key in element if key != "creationInfo"} == {
        key: value for key, value in element.items() if key != "creationInfo"
    }, (element, other)

archive = zipfile.ZipFile(io.BytesIO(requests.get(f"{base}/datasets/{elsewhere}/bag.zip").content))
archive.extractall(".")
bag = bagit.Bag(archive.namelist()[0].split("/")[0])
bag.validate()
assert bag.info["Payload-Oxum"] == "0.0" and bag.info["Left-Out"].startswith("1 "), bag.info
print("all done")
