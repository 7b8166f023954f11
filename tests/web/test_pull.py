"""What the page answers the province: only behind its door, or in a made-up world; and what it keeps of receipts."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.client import Client
from appliance.events.readings import ReceiptsReading
from appliance.watch.receipts import reader
from web import Line, create_app
from web.pull import ASKED_NAME, LINE_HEADER, MOST_WAITING, NotKept, keep, names_after

NAME = "520100-03-000001-20260901T010000Z-full"


def page(tmp_path: Path, *, behind_nginx: bool) -> FlaskClient:
    (tmp_path / "outbox").mkdir()
    for end in (".tar.zst.age", ".json", ".json.sig"):
        (tmp_path / "outbox" / (NAME + end)).write_bytes(b"0123456789")
    line = Line(outbox=tmp_path / "outbox", incoming=tmp_path / "incoming", behind_nginx=behind_nginx)
    return create_app(client=Client(tmp_path / "no.sock", timeout_s=0.1), line=line).test_client()


def test_behind_nginx_only_the_provinces_door_is_answered(tmp_path: Path) -> None:
    visitor = page(tmp_path, behind_nginx=True)
    for path in ("/pull/v1/manifests", "/pull/v1/about", f"/pull/v1/bundles/{NAME}.json"):
        assert visitor.get(path).status_code == 404, path
    assert visitor.post("/pull/v1/receipts", data=b"x").status_code == 404
    assert not (tmp_path / "incoming").exists()
    assert visitor.get("/pull/v1/manifests", headers={LINE_HEADER: "1"}).json["names"] == [NAME]  # type: ignore[index]


def test_without_a_line_there_is_nothing_to_pull(tmp_path: Path) -> None:
    visitor = create_app(client=Client(tmp_path / "no.sock", timeout_s=0.1)).test_client()
    assert visitor.get("/pull/v1/manifests", headers={LINE_HEADER: "1"}).status_code == 404


def test_in_a_made_up_world_the_page_gives_bundles_itself_and_in_parts(tmp_path: Path) -> None:
    visitor = page(tmp_path, behind_nginx=False)
    path = f"/pull/v1/bundles/{NAME}.tar.zst.age"
    with visitor.get(path) as whole:
        tag = whole.headers["ETag"]
        assert (whole.status_code, whole.data) == (200, b"0123456789")
    with visitor.get(path, headers={"Range": "bytes=4-", "If-Range": tag}) as rest:
        assert (rest.status_code, rest.data) == (206, b"456789")
    with visitor.get(path, headers={"Range": "bytes=4-", "If-Range": '"another"'}) as anew:
        assert (anew.status_code, anew.data) == (200, b"0123456789")
    for name in ("x.json", "..%2f..%2fetc%2fpasswd", f"{NAME}.receipt.json", f"{NAME}.json%0a"):
        assert visitor.get(f"/pull/v1/bundles/{name}").status_code == 404, name


def test_a_thousand_names_at_once_and_more_are_told(tmp_path: Path) -> None:
    visitor = page(tmp_path, behind_nginx=False)
    for n in range(2, 1003):
        (tmp_path / "outbox" / f"520100-03-{n:06d}-20260901T010000Z-delta.json.sig").touch()
    first = visitor.get("/pull/v1/manifests").json
    assert first is not None and len(first["names"]) == 1000 and first["more"]
    rest = visitor.get("/pull/v1/manifests?after=1000").json
    assert rest is not None and [name[10:16] for name in rest["names"]] == ["001001", "001002"] and not rest["more"]
    assert names_after(tmp_path / "nowhere", 0) == []


def test_each_time_that_the_list_is_asked_for_is_left_for_the_guard_and_never_through_a_link(tmp_path: Path) -> None:
    visitor, mark = page(tmp_path, behind_nginx=False), tmp_path / "incoming" / ASKED_NAME
    assert visitor.get("/pull/v1/manifests").status_code == 200, "nobody made the place yet"
    mark.parent.mkdir()
    look = reader(mark.parent)
    assert look() == ReceiptsReading(waiting=0)
    visitor.get("/pull/v1/manifests?after=1000")
    assert not mark.exists(), "the second page of one list"
    visitor.get("/pull/v1/manifests")
    os.utime(mark, (1e9, 1e9))
    assert look() == ReceiptsReading(waiting=0, asked_at=datetime.fromtimestamp(1e9, UTC))
    visitor.get("/pull/v1/manifests?after=0")
    assert mark.stat().st_mtime > 1e9
    os.utime(mark, (1e9 + 30, 1e9 + 30))
    told = look()
    assert told.every_s == 30 and look() == told
    for _ in range(MOST_WAITING):
        keep(mark.parent, os.urandom(8))
    mark.unlink()
    (tmp_path / "kept").touch()
    os.utime(tmp_path / "kept", (1e9, 1e9))
    mark.symlink_to(tmp_path / "kept")
    assert visitor.get("/pull/v1/manifests").status_code == 200
    assert (tmp_path / "kept").stat().st_mtime == 1e9 and look().waiting == MOST_WAITING


def test_never_more_receipts_wait_than_the_limit_and_the_same_again_is_none_more(tmp_path: Path) -> None:
    for n in range(MOST_WAITING):
        keep(tmp_path / "in", f"receipt {n}".encode())
    keep(tmp_path / "in", b"receipt 0")
    with pytest.raises(NotKept):
        keep(tmp_path / "in", b"another")
    assert len(list((tmp_path / "in").iterdir())) == MOST_WAITING


def test_a_form_of_another_site_brings_no_receipt(tmp_path: Path) -> None:
    visitor = page(tmp_path, behind_nginx=False)
    told = visitor.post("/pull/v1/receipts", data=b"x", headers={"Origin": "https://elsewhere.example"})
    assert told.status_code == 403 and not (tmp_path / "incoming").exists()
