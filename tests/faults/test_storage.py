"""Rows of the matrix about what a phone keeps: damaged, evicted, refused, cut short, erased."""

import contextlib
import os
import shutil

import pytest
from playwright.sync_api import Error

from tests.faults.conftest import (
    ALL,
    START,
    WALK,
    cached,
    danger,
    ready,
    smoke,
    walks,
    works_on_a_dead_line,
)
from tests.faults.test_network import posts
from tests.faults.test_updates import DRAFT, starts_a_check

KILLS = int(os.environ.get("GENU_KILLS", 20 if ALL else 3))
CLEAR = {
    "caches": "async () => { for (const name of await caches.keys()) await caches.delete(name); }",
    "worker": "async () => { await (await navigator.serviceWorker.getRegistration()).unregister(); }",
    "draft": "() => { localStorage.clear(); sessionStorage.clear(); }",
}
CLAIM = """() => ["ready", "check", "full"].find((state) =>
  document.querySelector(`[data-part=kept] [data-state=${state}]`).checkVisibility())"""
ONLY_CHROMIUM = ("firefox webkit", "no protocol of this engine reaches its storage")
ON_DISK = ("firefox webkit", "the files are laid out otherwise; damage is done to Chromium's")


def opens_again(phone, damage):
    """Close the browser, damage its files, start it again."""
    folder = phone.profile / "Default" / "Service Worker"
    phone.context.close()
    damage(folder)
    phone._open()


def change_bodies(change):
    def damage(folder):
        files = [f for f in folder.glob("CacheStorage/*/*/*_0") if f.is_file()]
        assert len(files) > 20
        for file in files:
            file.write_bytes(change(bytearray(file.read_bytes())))

    return damage


def flipped(body):
    middle = len(body) // 2
    body[middle : middle + 400] = bytes(byte ^ 255 for byte in body[middle : middle + 400])
    return body


def garbage(pattern):
    def damage(folder):
        files = [file for file in folder.glob(pattern) if file.is_file()]
        assert files
        for file in files:
            file.write_bytes(b"garbage" * 50)

    return damage


BODIES = {
    "flipped": change_bodies(flipped),
    "truncated": change_bodies(lambda body: body[: len(body) // 3]),
    "zeroed": change_bodies(lambda body: bytearray(len(body))),
    "empty": change_bodies(lambda body: b""),
}
INDEXES = {
    "index garbage": garbage("CacheStorage/*/index.txt"),
    "cache index garbage": garbage("CacheStorage/*/*/index-dir/the-real-index"),
    "folder gone": lambda folder: shutil.rmtree(folder / "CacheStorage"),
}
WORKERS = {
    "database garbage": garbage("Database/*"),
    "script garbage": garbage("ScriptCache/*"),
}


DAMAGED = [pytest.param(how, marks=pytest.mark.row(26)) for how in BODIES]
DAMAGED += [pytest.param(how, marks=pytest.mark.row(27)) for how in INDEXES]


@pytest.mark.not_in(*ON_DISK)
@pytest.mark.parametrize("how", DAMAGED)
def test_damaged_entries_are_healed_or_replaced(lasting, line, how):
    """Until then the page inside the worker answers."""
    ready(lasting)
    opens_again(lasting, {**BODIES, **INDEXES}[how])
    line.down()
    danger(lasting)
    line.up()
    danger(lasting)
    ready(lasting)
    works_on_a_dead_line(lasting, line)


@pytest.mark.row(28)
@pytest.mark.not_in(*ON_DISK)
@pytest.mark.parametrize("how", WORKERS)
def test_a_lost_worker_comes_back_with_one_visit_and_the_draft_stays(lasting, line, how):
    """Offline nothing can help here: HAZARDS.md owns up to it. Chromium itself may give its workers
    up until it is started again; till then Genu is a plain site."""
    ready(lasting)
    starts_a_check(lasting)
    draft = lasting.run(DRAFT)
    opens_again(lasting, WORKERS[how])
    danger(lasting)
    assert lasting.run(DRAFT) == draft
    opens_again(lasting, lambda folder: None)
    ready(lasting)
    assert lasting.run(DRAFT) == draft
    line.down()
    danger(lasting)


@pytest.mark.row(29)
@pytest.mark.parametrize("what", smoke(*CLEAR, "all"))
def test_what_the_browser_deletes_is_missed_nowhere(phone, line, engine, what):
    ready(phone)
    for kind in CLEAR if what == "all" else [what]:
        phone.run(CLEAR[kind])
    phone.until(START)
    assert phone.run(WALK) == "emergency"
    if what in ("caches", "draft"):  # without a worker nothing answers on a dead line
        line.down()
    phone.leave()
    danger(phone)
    if engine == "webkit" and what in ("worker", "all"):
        return  # WebKitGTK drops the next worker after an unregister() in an open page
    line.up()
    ready(phone)
    line.down()
    danger(phone)


@pytest.mark.row(29)
@pytest.mark.parametrize("lost", [r"\.js$", r"\.css$", r"/en/$", r"/en/danger$"])
def test_a_cache_with_holes_still_checks(phone, line, lost):
    ready(phone)
    gone = phone.run(
        f"""async () => {{
          let gone = 0;
          for (const name of await caches.keys()) {{
            const cache = await caches.open(name);
            for (const key of await cache.keys())
              if (new RegExp({lost!r}).test(key.url)) gone += await cache.delete(key);
          }}
          return gone;
        }}"""
    )
    assert gone
    line.down()
    danger(phone)
    phone.visit("/en/")
    phone.until("() => document.querySelector('h1')?.checkVisibility()")
    if phone.run("() => Boolean(document.getElementById('check'))"):
        posts(phone)
    line.up()
    assert ready(phone)


@pytest.mark.row(29)
@pytest.mark.not_in(*ONLY_CHROMIUM)
@pytest.mark.parametrize("kind", ["cache_storage", "service_workers", "local_storage", "all"])
def test_eviction_by_the_browser_itself(phone, line, kind):
    ready(phone)
    phone.cdp("Storage.clearDataForOrigin", origin=line.url, storageTypes=kind)
    assert phone.run(WALK) == "emergency"
    if kind in ("cache_storage", "local_storage"):
        line.down()
    phone.leave()
    danger(phone)
    line.up()
    ready(phone)


@pytest.mark.row(30)
@pytest.mark.not_in(*ONLY_CHROMIUM)
@pytest.mark.parametrize("size", [0, 50_000, 1_000_000])
def test_a_full_phone_still_checks(phone, line, size):
    phone.expected.append("QuotaExceededError")  # a worker says "not kept" by a rejected install
    phone.visit("/healthz")
    phone.cdp("Storage.overrideQuotaForOrigin", origin=line.url, quotaSize=size)
    danger(phone)
    walks(phone)
    phone.visit("/en/offline")
    phone.shows("Without internet")
    claimed = phone.until(CLAIM, within=30)
    line.down()
    if claimed == "full":
        assert not any("/en/danger" in paths for paths in cached(phone).values())
    else:
        danger(phone)


@pytest.mark.row(33)
@pytest.mark.smoke
@pytest.mark.not_in("firefox webkit", "no protocol of this engine kills a tab")
def test_a_tab_killed_right_after_an_answer_has_kept_it(phone):
    ready(phone)
    kept = "() => JSON.parse(localStorage.getItem('genu.draft') || '{}').answers?.limb_danger"
    for number in range(KILLS):
        phone.visit("/en/")
        phone.until(START)
        phone.run("() => localStorage.clear()")
        starts_a_check(phone)
        row = phone.run(
            f"""() => {{
              const found = document.querySelectorAll("#q2 input[type=checkbox]:not([value=none])");
              const box = found[{number} % found.length];
              box.click();
              return box.value;
            }}"""
        )
        saved = phone.until(kept)
        with contextlib.suppress(Error):
            phone.page.goto("chrome://crash", timeout=1000)
        phone.leave()
        phone.visit("/en/")
        phone.until("() => document.querySelector('html.js [data-do=resume]')?.checkVisibility()")
        assert phone.run(kept) == saved == {row.rstrip("?"): "unsure" if "?" in row else "yes"}


@pytest.mark.row(43)
def test_erased_offline_with_three_tabs_open_stays_erased(phone, line):
    ready(phone)
    starts_a_check(phone)
    for _ in range(2):
        phone.new_tab()
        phone.visit("/en/")
        phone.until("() => document.querySelector('html.js [data-do=resume]')?.checkVisibility()")
        phone.run("() => document.querySelector('[data-do=resume]').click()")
        phone.until("() => Boolean(document.querySelector('#q2.on'))")
    line.down()
    phone.tab(0)
    phone.run("() => document.querySelector('.screen.on [data-do=erase], [data-do=erase]').click()")
    phone.until("() => localStorage.getItem('genu.draft') === null")
    phone.leave()
    phone.visit("/en/")
    phone.until(START)
    assert phone.run(DRAFT) is None
    assert not phone.run("() => document.querySelector('[data-do=resume]').checkVisibility()")
    danger(phone)
