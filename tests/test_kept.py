"""The site's folder: made once per release, found again, and never half there."""

import os
import time

import pytest

from webapp import kept


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "CACHE", tmp_path / "site")
    return tmp_path / "site"


def page():
    return {"/en/": b"<p>one</p>"}


def test_it_is_made_once(cache):
    first = kept.site(page, "a")
    assert (first / "en" / "index.html").read_bytes() == b"<p>one</p>"
    assert kept.site(lambda: pytest.fail("made again"), "a") == first
    assert kept.site(page, "b") != first


def test_a_failure_leaves_nothing_that_looks_whole(cache):
    with pytest.raises(ZeroDivisionError):
        kept.site(lambda: {"/en/": bytes(1 // 0)}, "a")
    assert not (cache / "a").exists()
    assert kept.site(page, "a").exists()


def test_without_a_place_to_keep_it_is_made_for_this_process(cache):
    cache.parent.joinpath("site").write_text("a file is in the way")
    folder = kept.site(page, "a")
    assert (folder / "en" / "index.html").exists() and cache not in folder.parents


def test_what_nobody_starts_from_any_more_is_forgotten(cache):
    old, young = kept.site(page, "old"), kept.site(page, "young")
    long_ago = time.time() - (kept.KEEP_DAYS + 1) * 86400
    os.utime(old, (long_ago, long_ago))
    kept.site(page, "new")
    assert not old.exists() and young.exists()


def static(folder, tree, text):
    (folder / "static" / tree).mkdir(parents=True)
    (folder / "static" / tree / "a.css").write_text(text)


def test_static_files_of_the_last_releases_are_served_on(cache):
    for age in range(5, 0, -1):  # releases of 5, 4, 3, 2 and 1 hours ago, keys as they are made
        static(cache / f"{age:016x}", f"tree{age}", f"/* {age} */")
        os.utime(cache / f"{age:016x}", (time.time() - age * 3600,) * 2)
    static(cache / "tmphalf", "half", "")
    served = kept.Kept(None, cache / f"{1:016x}", str)
    found = [url for url in served.files if url.startswith("/static/")]
    assert sorted(found) == [f"/static/tree{n}/a.css" for n in (1, 2, 3, 4)]
    headers = dict(served.files["/static/tree4/a.css"].get_response("GET", {}).headers)
    assert "immutable" in headers["Cache-Control"] and headers["Content-Type"].startswith(
        "text/css"
    )


def test_the_last_releases_stay_however_old(cache):
    long_ago = time.time() - (kept.KEEP_DAYS + 1) * 86400
    for age in range(6):
        static(cache / f"{age:016x}", f"tree{age}", "")
        os.utime(cache / f"{age:016x}", (long_ago - age,) * 2)
    kept.site(page, "new")
    assert sorted(p.name[-1] for p in cache.glob("0*")) == ["0", "1", "2", "3"]


def test_the_key_is_of_the_sources():
    assert kept.sources_key("en") == kept.sources_key("en") != kept.sources_key("en", "es")
