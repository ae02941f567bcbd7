"""Reads the feeds and the sitemap as XML and holds them against their standards.

Usage: feeds.py BASE_URL SPACE
"""

import datetime
import json
import re
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree

base, space = sys.argv[1:3]
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url):
    with opener.open(url) as answer:
        return answer.headers["Content-Type"], answer.read()


def feed(path):
    kind, text = get(base + path)
    assert kind.startswith("application/atom+xml"), kind
    root = ElementTree.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    ids, last = [], None
    for one in [root, *root.findall(f"{ATOM}entry")]:
        for name in ["id", "title", "updated"]:
            assert len(one.findall(f"{ATOM}{name}")) == 1 and one.findtext(f"{ATOM}{name}"), (name, path)
        updated = datetime.datetime.fromisoformat(one.findtext(f"{ATOM}updated").replace("Z", "+00:00"))
        if one is root:
            assert [link.get("href") for link in one.findall(f"{ATOM}link") if link.get("rel") == "self"] == [base + path]
            continue
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one.findtext(f"{ATOM}id"))
        assert one.find(f"{ATOM}author/{ATOM}name").text
        assert [link for link in one.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert last is None or updated <= last, "newest first"
        last = updated
        ids.append(one.findtext(f"{ATOM}id"))
    assert len(set(ids)) == len(ids)
    return [one.find(f"{ATOM}link[@rel='alternate']").get("href") for one in root.findall(f"{ATOM}entry")]


def sitemap():
    pages = []
    _, robots = get(f"{base}/robots.txt")
    address = re.search(r"^Sitemap: (\S+)$", robots.decode(), re.M).group(1)
    index = ElementTree.fromstring(get(address)[1])
    assert index.tag == f"{SITEMAP}sitemapindex"
    for file in index.iter(f"{SITEMAP}loc"):
        text = get(file.text)[1]
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SITEMAP}urlset" and len(text) < 50 * 1024 * 1024
        assert len(root) <= 50_000
        for one in root:
            datetime.datetime.fromisoformat(one.findtext(f"{SITEMAP}lastmod").replace("Z", "+00:00"))
            pages.append(one.findtext(f"{SITEMAP}loc"))
    return pages


print(json.dumps({"feed": feed("/feed.atom"), "space": feed(f"/spaces/{space}/feed.atom"), "pages": sitemap()}))
