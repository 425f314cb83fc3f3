"""Rows of the matrix about the ground under it: certificates, plain HTTP."""

import os
import ssl
import subprocess

import pytest

from tests.faults.conftest import danger, ready, walks
from tests.faults.engines import Chromium
from tests.faults.line import FaultLine


def certificate(folder, name, days):
    """Return (TLS context, digest of its key as Chromium wants it)."""
    key, chain = folder / f"{name}.key", folder / f"{name}.pem"
    make = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {chain} -days {days} -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(make.split(), check=True, capture_output=True)
    digest = f"openssl x509 -in {chain} -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64"
    told = subprocess.run(digest, shell=True, check=True, capture_output=True, text=True).stdout
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context, told.strip()


def chromium(playwright, *arguments):
    return playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM_PATH") or None, args=["--no-sandbox", *arguments]
    )


@pytest.mark.row(39)
@pytest.mark.not_in("firefox webkit", "takes a certificate only from its own store")
def test_a_certificate_nobody_trusts_any_more_does_not_shut_who_was_here(
    engine, playwright, origin, tmp_path
):
    good, digest = certificate(tmp_path, "good", 30)
    bad, _ = certificate(tmp_path, "bad", 1)
    line = FaultLine(origin.port, tls=good)
    browser = chromium(playwright, f"--ignore-certificate-errors-spki-list={digest}")
    known, stranger = Chromium(playwright, browser), Chromium(playwright, browser)
    known.url = stranger.url = line.url
    try:
        ready(known)
        line.down()
        line.tls = bad
        line.up()
        danger(known)
        walks(known)
        stranger.visit("/en/danger")
        stranger.page.wait_for_url("chrome-error:**")
    finally:
        browser.close()
        line.close()


@pytest.mark.row(40)
@pytest.mark.not_in(
    "firefox webkit", "no name of another machine without changing this one's hosts"
)
def test_plain_http_on_another_name_is_a_plain_site(engine, playwright, line):
    browser = chromium(playwright, "--host-resolver-rules=MAP genu.test 127.0.0.1")
    phone = Chromium(playwright, browser)
    phone.url = f"http://genu.test:{line.port}"
    try:
        danger(phone)
        assert not phone.run("() => isSecureContext || 'serviceWorker' in navigator")
        walks(phone)
        phone.visit("/en/offline")
        phone.until("() => document.querySelector('[data-state=cannot]').checkVisibility()")
        assert phone.faults == []
    finally:
        browser.close()
