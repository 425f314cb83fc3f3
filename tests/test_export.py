"""The static copy: every address leads to a file, and what the worker keeps is what lies there."""

import base64
import hashlib
import json
import re

import pytest

from tests.markup import parse
from webapp import create_app, export, pages
from webapp.assets import asset
from webapp.security import HSTS

SECURITY = ["Content-Security-Policy", "Permissions-Policy", "Referrer-Policy", "Cache-Control"]


@pytest.fixture(scope="module")
def app():
    """An application of few languages: the others differ in words only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GENU_LANGUAGES", "en ar")
        return create_app()


def exported(app, *options):
    done = app.test_cli_runner().invoke(args=["export", *options])
    assert done.exit_code == 0, done.output


@pytest.fixture(scope="module")
def folder(app, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "site"
    exported(app, str(folder), "--origin", "https://genu.example")
    return folder


@pytest.fixture(scope="module")
def build(folder):
    return json.loads(re.search(r"^const BUILD = (.*);$", (folder / "sw.js").read_text(), re.M)[1])


def test_every_address_of_the_server_is_a_file(folder, app, build):
    for code in build["packs"]:
        for path in (*pages.PAGES, "parts", "guide.json", "manifest.webmanifest"):
            assert (folder / export.path_of(f"/{code}/{path}")).is_file(), path
    for name in ("index.html", "404.html", "robots.txt", "favicon.ico", "sitemap.xml"):
        assert (folder / name).is_file()


def test_every_link_leads_to_a_file_without_a_redirect(folder):
    for page in folder.rglob("*.html"):
        for element in parse(page.read_text(encoding="utf-8")).walk(inert=True):
            for name in ("href", "src", "formaction"):
                link = (element[name] or "").split("#")[0]
                if link.startswith("/"):
                    file = folder / (f"{link}index.html" if link.endswith("/") else link).lstrip(
                        "/"
                    )
                    assert file.is_file(), (page, link)


def test_the_worker_keeps_what_lies_there(folder, build):
    assert build["folders"]
    guides = [json.loads((folder / code / "guide.json").read_text()) for code in build["packs"]]
    for kept in (build["shared"], *build["packs"].values(), *guides):
        for address, digest in kept.items():
            body = (folder / export.path_of(address)).read_bytes()
            known = base64.b64encode(hashlib.sha256(body).digest()).decode()
            assert digest == f"sha256-{known}", address


def test_the_sitemap_names_addresses_that_are_not_redirected(folder):
    named = re.findall(r"https://genu.example(/[^<\"]*)", (folder / "sitemap.xml").read_text())
    assert named and all((folder / export.path_of(address)).is_file() for address in named)
    assert all(address.endswith("/") for address in named)
    assert "Sitemap: https://genu.example/sitemap.xml" in (folder / "robots.txt").read_text()


def sent(folder, address):
    """The headers a host that reads _headers sends with an address: later rules come after."""
    found: dict[str, list[str]] = {}
    wanted = False
    for line in (folder / "_headers").read_text().splitlines():
        if line.startswith("/"):
            wanted = re.fullmatch(re.escape(line).replace(r"\*", ".*"), address) is not None
        elif wanted:
            name, value = line.strip().split(": ", 1)
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize(
    "address",
    ["/", "/en/", "/ar/danger", "/en/exercises", "/sw.js", "/robots.txt", "/en/guide.json"],
)
def test_headers_are_those_of_the_server(folder, client, address):
    own = sent(folder, address + ("/" if "." not in address and address[-1] != "/" else ""))
    served = client.get(address, base_url="https://localhost").headers
    for name in (*SECURITY, "X-Content-Type-Options", HSTS[0], "Cross-Origin-Opener-Policy"):
        assert own[name][-1] == served[name], name
        assert len(own[name]) == 1 or name == "Permissions-Policy"


def test_static_files_may_be_kept_for_ever(folder, client):
    served = client.get(asset("css/app.css")).headers["Cache-Control"]
    assert sent(folder, asset("css/app.css"))["Cache-Control"] == [served]


def test_a_page_carries_its_policy_where_no_header_is_sent(folder):
    for page in folder.rglob("*.html"):
        if page.parent.name == "parts":
            continue  # no page for people
        head = parse(page.read_text(encoding="utf-8"))
        policy = head.one("meta", http_equiv="Content-Security-Policy")["content"]
        assert "default-src 'none'" in policy and "form-action 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy


def test_no_button_of_a_static_copy_posts(folder):
    for page in folder.rglob("*.html"):
        for button in parse(page.read_text(encoding="utf-8")).all("button"):
            unseen = button["class"] == "vh"  # for the Enter key; the page's policy stops it
            assert button["type"] == "button" or unseen, (page, button.attributes)


def test_a_folder_with_something_in_it_is_left_alone(app, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = app.test_cli_runner().invoke(args=["export", str(tmp_path)])
    assert done.exit_code == 2 and "not empty" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_an_origin_there_is_no_sitemap(app, tmp_path):
    exported(app, str(tmp_path / "site"))
    assert not (tmp_path / "site" / "sitemap.xml").exists()
    assert "Sitemap" not in (tmp_path / "site" / "robots.txt").read_text()
