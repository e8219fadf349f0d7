"""The documentation page: it is there, and it needs nobody else's server."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from guide.suite.check import check, expect
from guide.suite.client import Shop, media_type, tell
from guide.suite.documentation.document import ADDRESS, report

PAGE = "/docs"
GUIDE = "RULES.md, How an app is run"
# What a browser fetches by itself; a link to a licence or a canonical address is not among it.
LOADED_LINKS = {"stylesheet", "icon", "apple-touch-icon", "preload", "modulepreload", "manifest"}
LOADED_SOURCES = {"script", "img", "iframe", "source", "embed"}
# Imports in scripts and styles that stand in the page itself.
IMPORT = re.compile(r"""(?:\bimport|\bfrom|@import|url)\s*\(?\s*["']?((?:https?:)?//[^"')\s]+)""")
# The document within the page, or its address there; some add-ons show the page a YAML form of it.
HELD = re.compile(r"""["']openapi["']\s*:\s*["']3""")
DOCUMENT = re.compile(r"""["']([\w./-]*openapi\.(?:json|ya?ml))["']""")


class _Loads(HTMLParser):
    """Collects the addresses of what a page loads, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._inside = tag if tag in ("script", "style") else ""
        if tag in LOADED_SOURCES and values.get("src"):
            self.addresses.append(values["src"])
        if tag == "link" and LOADED_LINKS & set(values.get("rel", "").lower().split()):
            self.addresses.append(values.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.addresses += IMPORT.findall(data)


def loads(html: str) -> list[str]:
    """Return the addresses of scripts, styles and images that `html` loads, as written there."""
    parser = _Loads()
    parser.feed(html)
    parser.close()
    return list(dict.fromkeys(parser.addresses))


def _html(shop: Shop) -> str:
    response = shop.get(PAGE, headers={"Accept": "text/html"})
    expect(response.status_code == 200, f"GET {PAGE} answered {tell(response)}")
    kind = media_type(response)
    expect(kind == "text/html", f"GET {PAGE} answered {kind or 'no media type'}, not text/html")
    return response.text


@check("documentation.page", "There is a page that shows the document", GUIDE)
def page(shop: Shop) -> None:
    html = _html(shop)
    named = [urljoin(PAGE, each) for each in DOCUMENT.findall(html)]
    shown = HELD.search(html) or any(shop.get(each).status_code == 200 for each in named)
    expect(shown, f"GET {PAGE} neither names {ADDRESS} nor holds the document")


@check("documentation.page-offline", "The page loads everything from the app itself", GUIDE)
def page_offline(shop: Shop) -> None:
    findings = []
    for address in loads(_html(shop)):
        whole = urljoin(f"{shop.url}{PAGE}", address)
        if urlsplit(whole).scheme == "data":
            continue
        if not _same_origin(whole, shop.url):
            findings.append(f"GET {PAGE} loads {whole}")
        elif (status := shop.get(whole).status_code) != 200:
            findings.append(f"GET {PAGE} loads {address}, which answers {status}")
    report(findings)


def _same_origin(address: str, url: str) -> bool:
    return urlsplit(address)[:2] == urlsplit(url)[:2]
