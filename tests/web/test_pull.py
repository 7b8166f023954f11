"""What the page answers the province: only behind its door, or in a made-up world; and what it keeps of receipts."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from appliance.client import Client
from web import Line, create_app
from web.pull import LINE_HEADER, MOST_WAITING, NotKept, keep, names_after

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
