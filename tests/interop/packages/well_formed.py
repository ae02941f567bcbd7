# Each file is well-formed XML; a page of HTML has the landmarks and headings that it needs, in order.
import html.parser
import json
import sys
import xml.etree.ElementTree as ElementTree

for name in sys.argv[1:]:
    text = open(name, encoding="utf-8").read()
    root = ElementTree.fromstring(text)
    if root.tag != "html":
        continue
    assert root.get("lang") in ("en", "fr"), root.attrib
    assert len(root.findall(".//main")) == 1 and len(root.findall(".//header")) == 1
    headings = [int(element.tag[1]) for element in root.iter() if element.tag in ("h1", "h2", "h3")]
    assert headings[0] == 1 and headings.count(1) == 1 and max(headings) == 2, headings
    assert root.find("head/title").text.strip()
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)), ids
    for element in root.iter():
        assert not any(key.startswith("on") or key == "style" for key in element.keys()), element.attrib
        label = element.get("aria-labelledby")
        assert label is None or label in ids, label

    class Scripts(html.parser.HTMLParser):
        blocks, inside = [], False

        def handle_starttag(self, tag, attributes):
            if tag == "script":
                assert dict(attributes) == {"type": "application/ld+json"}, attributes
                self.inside = True

        def handle_endtag(self, tag):
            self.inside = self.inside and tag != "script"

        def handle_data(self, data):
            if self.inside:
                self.blocks.append(data)

    scripts = Scripts()
    scripts.feed(text)
    document = json.loads("".join(scripts.blocks))
    assert document["@type"] == "Dataset" and "</script>" in document["name"], document
