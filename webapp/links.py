"""The Link header of pages: canonical and hreflang with absolute addresses, which need the host.

The pages themselves are made before anyone asks, so that no host stands in them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from webapp.security import by_https


class Linked:
    """A WSGI application whose pages name themselves and their twins in other languages."""

    def __init__(self, app: Any, codes: Iterable[str], paths: Iterable[str]) -> None:
        """codes: languages; paths: pages below each of them."""
        self.app = app
        self.codes = tuple(codes)
        self.paths = frozenset(paths)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """Add the header to an answer that is a page."""
        _, code, *rest = f"{environ.get('PATH_INFO', '')}/".split("/", 2)
        path = rest[0].removesuffix("/") if rest else ""
        if code not in self.codes or path not in self.paths:
            return self.app(environ, start_response)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            header = ("Link", self._links(environ, code, path))
            return start_response(status, [*headers, header])

        return self.app(environ, start)

    def _links(self, environ: dict[str, Any], code: str, path: str) -> str:
        host = environ.get("HTTP_HOST", "localhost")
        origin = f"{'https' if by_https(environ) else 'http'}://{host}"
        own = f'<{origin}/{code}/{path}>; rel="canonical"'
        if not path:  # the first view carries no more than it must; the sitemap has the rest
            return own
        others = (
            f'<{origin}/{one}/{path}>; rel="alternate"; hreflang="{one}"' for one in self.codes
        )
        return ", ".join([own, *others])
