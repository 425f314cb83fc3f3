"""Headers on every response, static files too, and the same-origin check of a POST."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Request

HSTS = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
FEATURES = [
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "xr-spatial-tracking",
]
PERMISSIONS = ", ".join(
    [f"{f}=()" for f in FEATURES] + ["clipboard-write=(self)", "web-share=(self)"]
)
TRAINING = PERMISSIONS.replace("screen-wake-lock=()", "screen-wake-lock=(self)")
COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"


def page_policy(styles: str) -> str:
    """Return the Content-Security-Policy of pages.

    `styles` ("'sha256-…' 'sha256-…'") admits the stylesheets that stand inside the first view and
    the danger signs, so that they paint after one response; nothing else inline can run or apply.
    """
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' {styles}; "
        "img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sw"
    )


def meta_policy(styles: str) -> str:
    """Return the policy a page of a static copy carries in itself, where no header may be sent.

    A page cannot say who may frame it. No form is sent from there: nobody would answer it.
    """
    policy = page_policy(styles).replace("form-action 'self'", "form-action 'none'")
    return policy.replace("frame-ancestors 'none'; ", "")


def by_https(environ: dict[str, Any]) -> bool:
    """Return whether the person's browser speaks HTTPS, here or to a proxy before us."""
    return "https" in (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO"))


def protect(app: Callable[..., Iterable[bytes]], styles: str) -> Callable[..., Iterable[bytes]]:
    """Wrap a WSGI application so that every response carries the headers."""
    page = [*COMMON.items(), ("Content-Security-Policy", page_policy(styles))]
    worker = [*COMMON.items(), ("Content-Security-Policy", WORKER_POLICY)]
    training = [(n, TRAINING if n == "Permissions-Policy" else v) for n, v in page]

    def wrapped(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        extra = worker if path == "/sw.js" else page
        if path.endswith("/exercises"):  # the session keeps the screen awake
            extra = training
        if by_https(environ):
            extra = [*extra, HSTS]

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            sent = [header for header in headers if header[0] != "Last-Modified"]  # no real times
            return start_response(status, sent + extra, exc_info)

        return app(environ, start)

    return wrapped


def from_own_pages(request: Request) -> bool:
    """Return whether a POST came from a page of ours.

    A foreign page could post chosen answers and so show a false all-clear under our name.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:
        return False
