"""The archive for Kiwix: whole, every link inside it, found by its words."""

import io
import posixpath
import re
import shutil
import subprocess

import pytest
from PIL import Image

from tests.markup import parse
from webapp import create_app, pages

zim = pytest.importorskip("libzim")


@pytest.fixture(scope="module")
def runner():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENU_LANGUAGES", "en ar")
        return create_app().test_cli_runner()


@pytest.fixture(scope="module")
def file(runner, tmp_path_factory):
    file = tmp_path_factory.mktemp("zim") / "genu.zim"
    done = runner.invoke(args=["export-zim", str(file)])
    assert done.exit_code == 0, done.output
    return file


@pytest.fixture(scope="module")
def archive(file):
    from libzim.reader import Archive

    return Archive(file)


def body(archive, path):
    return bytes(archive.get_entry_by_path(path).get_item().content)


def test_it_is_whole(file, archive):
    assert archive.check()
    if shutil.which("zimcheck"):
        done = subprocess.run(["zimcheck", "-D", file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        assert "[WARNING]" not in done.stdout, done.stdout


def test_the_check_of_each_language_is_the_file_that_is_handed_on(archive):
    for code in ("en", "ar"):
        assert b'id="packed"' in body(archive, f"{code}/check")


def test_every_link_leads_to_an_entry(archive):
    for code in ("en", "ar"):
        for name in {*pages.PAGES} - {"", "offline", "languages"}:
            path = f"{code}/{name}"
            for node in parse(body(archive, path).decode()).walk(inert=True):
                link = (node["href"] or node["src"] or "").split("#")[0]
                if not link or re.match(r"\w+:", link):
                    continue
                target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
                assert archive.has_entry_by_path(target), (path, link)


def test_it_starts_with_the_languages_and_says_what_it_is(archive):
    start = parse(archive.main_entry.get_item().content.tobytes().decode())
    assert [link["href"] for link in start.all("a")] == ["en/check", "ar/check"]
    about = {
        name: archive.get_metadata(name).decode()
        for name in archive.metadata_keys
        if name[0] != "I"
    }
    assert about["Language"] == "eng,ara"
    assert len(about["Title"]) <= 30 and len(about["Description"]) <= 80
    icon = archive.get_illustration_item(48).content.tobytes()
    assert Image.open(io.BytesIO(icon)).size == (48, 48)


def test_its_words_are_found(archive):
    from libzim.search import Query, Searcher

    found = Searcher(archive).search(Query().set_query("hamstring stretch"))
    assert "en/exercises" in set(found.getResults(0, found.getEstimatedMatches()))


def test_every_language_has_a_name_readers_know():
    from webapp.languages import languages
    from webapp.tools.zim import ISO_639_3

    assert {language.code for language in languages(pseudo=False)} <= set(ISO_639_3)


def test_a_file_that_is_there_is_left_alone(runner, tmp_path):
    (tmp_path / "mine.zim").write_text("mine")
    done = runner.invoke(args=["export-zim", str(tmp_path / "mine.zim")])
    assert done.exit_code == 2
    assert (tmp_path / "mine.zim").read_text() == "mine"
