"""Heads on their way to a file and back: whole, cut short, edited, of another kind, and of an older version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ehcp_flow.errors import SourceError
from ehcp_flow.store import Head, Store
from ehcp_flow.store.anchors import AnchorError, Compared, read_heads, write_heads
from ehcp_flow.testing import a_fact

CASES = ("a", "b", "é", 'with "quotes"\nand lines')


@pytest.fixture
def store() -> Store:
    store = Store.open("memory:")
    for case_id in CASES:
        store.record(case_id, a_fact(case_id), seen=0)
    return store


@pytest.fixture
def kept(store: Store, tmp_path: Path) -> Path:
    path = tmp_path / "heads.jsonl"
    assert write_heads(store.heads(), path) == len(CASES)
    return path


def test_heads_go_out_and_come_back(store: Store, kept: Path) -> None:
    assert list(read_heads(kept)) == list(store.heads())
    store.record("a", a_fact("a", event="assessment_agreed", on="2026-03-20"), seen=1)
    found = store.verify(anchor=read_heads(kept))
    assert (found.ok, found.anchor) == (True, Compared(4, 3, 1, 0, 0, 0, 0))


@pytest.mark.parametrize("lines", range(len(CASES) + 1))
def test_a_file_that_was_cut_short_is_no_anchor(kept: Path, lines: int) -> None:
    kept.write_bytes(b"".join(kept.read_bytes().splitlines(keepends=True)[:lines]))
    with pytest.raises(AnchorError, match="cut short" if lines else "no heads"):
        list(read_heads(kept))


def test_a_file_that_was_edited_is_no_anchor(kept: Path) -> None:
    lines = kept.read_bytes().splitlines(keepends=True)
    for edited in (lines[1:], [*lines[:2], *lines[3:]], [lines[1], lines[0], *lines[2:]], [*lines, lines[0]]):
        kept.write_bytes(b"".join(edited))
        with pytest.raises(AnchorError, match="does not fit the lines before"):
            list(read_heads(kept))


@pytest.mark.parametrize(
    "text",
    ["", "\n", "case_id,event,on\n", '{"case_id": "a"}\n', "[]\n", "null\n", '{"case_id":"a","event":"x","on":"y"}\n',
     '{"case_id": "a", "authority": "", "version": "1", "hash": "", "stored_at": ""}\n', "\x00\xff", "x" * 3_000_000,
     "[" * 900_000 + "\n"],
)  # fmt: skip
def test_what_is_no_anchor_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(AnchorError, match="no head"):
        list(read_heads(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"heads\.jsonl"):
        list(read_heads(tmp_path / "heads.jsonl"))


def test_an_anchor_of_an_older_version_is_compared_as_far_as_it_goes(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    older = [dict(zip(Head._fields[:5], head, strict=False)) for head in store.heads()]
    path.write_text("".join(json.dumps(head) + "\n" for head in older), encoding="utf-8")
    assert store.verify(anchor=read_heads(path)).anchor == Compared(4, 4, 0, 0, 0, 0, 0)
    path.write_text(path.read_text("utf-8").replace('"authority": ""', '"authority": "885"'), encoding="utf-8")
    assert store.verify(anchor=read_heads(path)).anchor == Compared(4, 0, 0, 4, 0, 0, 0)


def test_an_anchor_that_is_not_whole_replaces_nothing(store: Store, kept: Path) -> None:
    before = kept.read_bytes()

    def broken() -> object:
        yield next(iter(store.heads()))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_heads(broken(), kept)  # type: ignore[arg-type]
    with pytest.raises(AnchorError, match="nothing was written"):
        write_heads([], kept)
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
