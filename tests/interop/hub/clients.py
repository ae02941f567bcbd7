"""What the clients of a generation do with the datasets of a scene. The settings come as JSON; everything is asserted here."""

import hashlib
import json
import os
import sys
import urllib.request

settings = json.loads(sys.argv[1])

import datasets
import fsspec
import huggingface_hub as hub
import pandas
import pyarrow.parquet
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

api = hub.HfApi()
trainer = settings["trainer"]


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def refused(kind, call, *words):
    """The call has to fail like this; whoever sees it reads these words."""
    try:
        call()
    except kind as error:
        text, seen = "", error
        while seen is not None:
            text, seen = f"{text}\n{seen}", seen.__cause__
        for word in words:
            assert word in text, (word, text)
        return error
    raise AssertionError(f"not refused: {words}")


def ours(method, path, token, body=None):
    """A call of the service's own API."""
    request = urllib.request.Request(settings["url"] + "/api/v1" + path, method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, json.dumps(body).encode() if body is not None else None) as answer:
        return json.load(answer)


def table(path, token=False):
    """A CSV by `hf://`; the pandas of the older environment asks for a newer fsspec than its `datasets` allows."""
    if hub.__version__.startswith("0."):
        with hub.HfFileSystem(token=token).open(path.removeprefix("hf://")) as file:
            return pandas.read_csv(file)
    return pandas.read_csv(path, storage_options={"token": token})


def open_csv():
    name = settings["weather"]
    info = api.dataset_info(name, token=False)
    assert (info.id, info.private, info.gated, info.author) == (name, False, False, name.split("/")[0]), info
    assert info.sha == settings["revisions"][name], info.sha
    assert info.card_data.license == "cc-by-4.0" and "license:cc-by-4.0" in info.tags, info
    names = ["README.md", "notes/about.txt", "test.csv", "train.csv"]
    assert sorted(one.rfilename for one in info.siblings) == names, info.siblings
    assert sorted(api.list_repo_files(name, repo_type="dataset")) == names

    folder = hub.snapshot_download(name, repo_type="dataset", token=False)
    for file, sha256 in settings["files"][name].items():
        assert digest(os.path.join(folder, file)) == sha256, file
    card = open(os.path.join(folder, "README.md"), encoding="utf-8").read()
    assert card.startswith("---\npretty_name: ") and "configs:" in card, card
    for revision in ["main", "1.0.0", "v1.0.0", info.sha, settings["digests"][name]]:
        path = hub.hf_hub_download(name, "train.csv", repo_type="dataset", revision=revision, token=False)
        assert digest(path) == settings["files"][name]["train.csv"], revision

    files = {one.path: one for one in api.list_repo_tree(name, repo_type="dataset", recursive=True, expand=True)}
    assert set(files) == {*names, "notes"}, files
    assert files["train.csv"].lfs.sha256 == settings["files"][name]["train.csv"]
    assert files["README.md"].lfs.sha256 == hashlib.sha256(card.encode()).hexdigest()
    assert files["train.csv"].last_commit.oid == info.sha
    level = [one.path for one in api.list_repo_tree(name, "notes", repo_type="dataset")]
    assert level == ["notes/about.txt"], level
    asked = api.get_paths_info(name, ["train.csv", "notes", "README.md", "gone.csv"], repo_type="dataset")
    assert [one.path for one in asked] == ["train.csv", "notes", "README.md"], asked
    refs = api.list_repo_refs(name, repo_type="dataset")
    assert [(tag.name, tag.target_commit) for tag in refs.tags] == [("v1.0.0", info.sha)], refs
    commits = api.list_repo_commits(name, repo_type="dataset", revision="v1.0.0")
    assert [commit.commit_id for commit in commits] == [info.sha], commits
    assert api.file_exists(name, "train.csv", repo_type="dataset")
    assert not api.file_exists(name, "gone.csv", repo_type="dataset")

    refused(EntryNotFoundError, lambda: hub.hf_hub_download(name, "gone.csv", repo_type="dataset"), "no such file")
    for gone in ["2.0.0", "refs/pr/1", "0" * 40]:
        refused(RevisionNotFoundError, lambda: api.dataset_info(name, revision=gone), "no such version")
    refused(HfHubHTTPError, lambda: hub.hf_hub_download(name, "train.csv"), "repo-type dataset")
    refused(HfHubHTTPError, lambda: api.create_repo(name, repo_type="dataset", token=trainer), "cadastre push")

    loaded = datasets.load_dataset(name)
    assert {split: len(rows) for split, rows in loaded.items()} == settings["rows"][name], loaded
    assert loaded["train"].column_names[0] == "date", loaded
    streamed = datasets.load_dataset(name, streaming=True)
    assert list(streamed) == ["train", "test"], streamed
    assert len(list(streamed["test"].take(5))) == 5
    assert len(table(f"hf://datasets/{name}/train.csv")) == settings["rows"][name]["train"]
    assert len(table(f"hf://datasets/{name}@v1.0.0/test.csv")) == settings["rows"][name]["test"]
    files = hub.HfFileSystem(token=False)
    assert sorted(files.glob(f"datasets/{name}/*.csv")) == [f"datasets/{name}/{split}.csv" for split in ("test", "train")]
    assert files.isdir(f"datasets/{name}/notes") and files.isfile(f"datasets/{name}/README.md")
    with files.open(f"datasets/{name}/README.md") as file:
        file.seek(4)
        assert file.read(12) == b"pretty_name:"


def lines_and_tables():
    for name in [settings["penguins"], settings["tables"]]:
        loaded = datasets.load_dataset(name)
        assert {split: len(rows) for split, rows in loaded.items()} == settings["rows"][name], loaded
        streamed = datasets.load_dataset(name, split="train", streaming=True)
        first = next(iter(streamed))
        assert "Species" in first, first


def projection():
    """A column of a Parquet file, by `hf://` and by plain HTTP: most of the file never leaves; the test that runs this looks
    at the deliveries."""
    name = settings["flights"]
    path = f"datasets/{name}/flights-3m.parquet"
    files = hub.HfFileSystem(token=False)
    with files.open(path, cache_type="none") as file:
        table = pyarrow.parquet.ParquetFile(file).read_row_group(0, columns=["origin"])
    assert table.num_rows > 0 and table.column_names == ["origin"], table
    url = f"{settings['endpoint']}/datasets/{name}/resolve/main/flights-3m.parquet"
    with fsspec.open(url, cache_type="none", client_kwargs={"headers": {"Authorization": f"Bearer {trainer}"}}) as file:
        again = pyarrow.parquet.ParquetFile(file).read_row_group(0, columns=["origin"])
        assert again.equals(table)
        column = pandas.read_parquet(file, columns=["origin"])
    assert list(column.columns) == ["origin"] and len(column) >= len(table), column
    assert column["origin"][: len(table)].tolist() == table["origin"].to_pylist()


def hidden():
    name, gone = settings["hidden"], settings["hidden"] + "-not"
    answers = []
    for asked in [name, gone]:
        error = refused(RepositoryNotFoundError, lambda: api.dataset_info(asked, token=False), "not visible to you")
        answers.append((error.response.status_code, error.response.json(), error.response.headers["X-Error-Message"]))
        refused(
            datasets.exceptions.DatasetNotFoundError,
            lambda: datasets.load_dataset(asked, token=False),
            "doesn't exist on the Hub or cannot be accessed",
        )
    assert answers[0] == answers[1], answers
    assert api.dataset_info(name, token=trainer).private
    assert len(datasets.load_dataset(name, token=trainer)["train"]) == 2
    assert len(table(f"hf://datasets/{name}/depths.csv", trainer)) == 2
    found = {one.id for one in api.list_datasets(search="Zeebrugge", author=name.split("/")[0], token=False)}
    assert settings["weather"] in found and name not in found, found
    assert name in {one.id for one in api.list_datasets(search="wind", token=trainer)}
    assert list(api.list_datasets(search="no such words", token=trainer)) == []
    assert list(api.list_datasets(filter="license:mit", token=trainer)) == []


def gated():
    name, page = settings["gated"], f"{settings['url']}/datasets/{settings['gated']}"
    assert api.dataset_info(name, token=False).gated == "manual"
    sample = hub.hf_hub_download(name, "sample.csv", repo_type="dataset", token=False)
    assert digest(sample) == settings["files"][name]["sample.csv"]
    for token, status in [(False, 401), (trainer, 403)]:
        error = refused(
            GatedRepoError,
            lambda: hub.hf_hub_download(name, "data.csv", repo_type="dataset", token=token),
            "Cannot access gated repo",
            page,
        )
        assert error.response.status_code == status, error
        refused(GatedRepoError, lambda: hub.snapshot_download(name, repo_type="dataset", token=token), page)
        refused(Exception, lambda: datasets.load_dataset(name, token=token), "Cannot access gated repo", page)
    asked = ours("POST", "/requests", trainer, {
        "dataset": name, "organisation": settings["organisation"], "purpose": "research",
        "justification": "Training of a model of water levels.",
    })
    refused(
        GatedRepoError,
        lambda: hub.hf_hub_download(name, "data.csv", repo_type="dataset", token=trainer),
        "not decided yet",
    )
    ours("POST", f"/requests/{asked['id']}/approve", settings["reviewer"], {})
    path = hub.hf_hub_download(name, "data.csv", repo_type="dataset", token=trainer)
    assert digest(path) == settings["files"][name]["data.csv"]
    assert len(datasets.load_dataset(name, token=trainer)["train"]) == settings["rows"][name]["train"]


def withdrawn():
    name = settings["withdrawn"]
    refused(RevisionNotFoundError, lambda: api.dataset_info(name, revision="1.0.0"), "wrong units", "use 1.0.1 instead")
    refused(
        RevisionNotFoundError,
        lambda: hub.hf_hub_download(name, "a.csv", repo_type="dataset", revision="v1.0.0"),
        "wrong units",
    )
    assert digest(hub.hf_hub_download(name, "a.csv", repo_type="dataset")) == settings["files"][name]["a.csv"]


def many():
    name = settings["many"]
    tree = [one.path for one in api.list_repo_tree(name, repo_type="dataset", recursive=True)]
    assert len(tree) == len(set(tree)) == 1205 + 3 + 1, len(tree)
    assert len(list(api.list_repo_tree(name, repo_type="dataset"))) == 4
    assert len(list(api.list_repo_tree(name, "b", repo_type="dataset"))) == 1201
    assert len(api.dataset_info(name).siblings) == 1206


def elsewhere():
    name = settings["elsewhere"]
    assert "raw.bin" not in api.list_repo_files(name, repo_type="dataset")
    refused(
        EntryNotFoundError,
        lambda: hub.hf_hub_download(name, "raw.bin", repo_type="dataset"),
        "stay with their holder",
        "https://example.org/raw.bin",
    )
    card = open(hub.hf_hub_download(name, "README.md", repo_type="dataset"), encoding="utf-8").read()
    # The card is the same for ever, who may have the file is not: asking for it tells where it lies.
    assert "`raw.bin`: at an address that is told" in card and "https://example.org/raw.bin" not in card, card
    # A card that the provider brought is sent as it is.
    own = settings["own_card"]
    assert digest(hub.hf_hub_download(own, "README.md", repo_type="dataset")) == settings["files"][own]["README.md"]


def person():
    who = api.whoami(token=trainer)
    assert (who["name"], [one["name"] for one in who["orgs"]]) == ("trainer", [settings["organisation"]]), who
    assert who["auth"]["accessToken"]["role"] == "write", who
    refused(Exception, lambda: api.whoami(token="hf_nonsense"), "401")
    refused(HfHubHTTPError, lambda: api.dataset_info(settings["weather"], token="hf_nonsense"), "Invalid credentials")


for step in [open_csv, lines_and_tables, projection, hidden, gated, withdrawn, many, elsewhere, person]:
    step()
    print(step.__name__, "done", flush=True)
print("all done with", hub.__version__, datasets.__version__, flush=True)
# Threads of streams that were not read to their end make the interpreter abort now and then when it ends by itself.
os._exit(0)
