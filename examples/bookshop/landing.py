"""The front page of the demo: a line of curl for each thing that the shop shows."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

PAGE = Path(__file__).with_name("landing.html")


@dataclass(frozen=True)
class Line:
    """One line to try.

    path: with the query. options: curl's own, as a shell reads them; $TOKEN is a token of staff.
    status: of the answer.
    """

    shows: str
    path: str
    status: int
    options: str = ""

    @property
    def command(self) -> str:
        return f'curl -i "$SHOP{self.path}" {self.options}'.strip()


@dataclass(frozen=True)
class Part:
    """Lines that belong together, and a sentence about them."""

    title: str
    about: str
    lines: tuple[Line, ...]


JSON = "-H 'Content-Type: application/json'"
STAFF = '-H "Authorization: Bearer $TOKEN"'
LOGIN = '{"username": "librarian", "password": "librarian-shelves-books"}'

PARTS = (
    Part(
        "Read",
        "The arguments of a function are what a request may say; what it returns is what leaves.",
        (
            Line("A typed answer", "/books/1", 200),
            Line(
                "A filter, a search, a sort, a page",
                "/books?q=war&price_max=12&sort=-price&per_page=3",
                200,
            ),
            Line("MessagePack", "/books/1", 200, "-H 'Accept: application/msgpack' -o -"),
            Line("A stream, as it is made", "/demo/clock?ticks=3", 200, "-N"),
        ),
    ),
    Part(
        "Get it wrong",
        "Every error is a problem document (RFC 9457) that names all that is wrong, at once.",
        (
            Line("A misspelt filter is not ignored", "/books?pric_max=12", 400),
            Line(
                "Each bad parameter by its name", "/books?page=0&sort=colour&price_min=cheap", 422
            ),
            Line(
                "Each bad field by its pointer",
                "/auth/token",
                422,
                f"""{JSON} -d '{{"username": "", "pasword": "x"}}'""",
            ),
            Line("JSON that is none", "/auth/token", 400, f"{JSON} -d '{{'"),
            Line(
                "A body of another type",
                "/auth/token",
                415,
                "-H 'Content-Type: text/plain' -d hello",
            ),
            Line("A type that is not to be had", "/books/1", 406, "-H 'Accept: text/csv'"),
            Line("What is not there", "/books/999999", 404),
            Line("A method that is not there: see Allow", "/books/1", 405, "-X POST"),
        ),
    ),
    Part(
        "Write",
        "With the token of a member of staff.",
        (
            Line("Who is this?", "/me", 200, STAFF),
            Line(
                "Nobody is told what is wrong with a body that they may not send",
                "/authors",
                401,
                f"{JSON} -d '{{}}'",
            ),
            Line(
                "Created: see Location",
                "/authors",
                201,
                f"""{STAFF} {JSON} -d '{{"name": "Karel Čapek", "born": 1890}}'""",
            ),
            Line(
                "A change: null empties, what is left out stays",
                "/authors/1",
                200,
                f"""{STAFF} {JSON} -X PATCH -d '{{"died": null, "bio": "Wrote novels."}}'""",
            ),
            Line(
                "A problem of the shop's own, with a code: an order takes all lines or none",
                "/orders",
                409,
                f"""{STAFF} {JSON} -d '{{"lines": [{{"book_id": 1, "quantity": 100}}]}}'""",
            ),
            Line(
                "Bytes as they are, by declared types",
                "/books/1/cover",
                422,
                f"{STAFF} -H 'Content-Type: image/png' -X PUT -d 'no image'",
            ),
            Line("Work after the answer: see the log", "/demo/letters?to=ada", 202, "-X POST"),
        ),
    ),
    Part(
        "What comes by itself",
        "For every route, without a line of code.",
        (
            Line("HEAD", "/books/1", 200, "-I"),
            Line("OPTIONS", "/books/1", 204, "-X OPTIONS"),
            Line("OpenAPI", "/openapi.json", 200),
            Line("OpenAPI for people who read YAML", "/openapi.yaml", 200),
        ),
    ),
)


def front_page(address: str, *, guide: bool) -> str:
    """Return the page as HTML.

    address: of this server, such as `http://127.0.0.1:8000`. guide: whether it serves /guide.
    """
    login = f"""curl -s "$SHOP/auth/token" {JSON} -d '{LOGIN}'"""
    read = """python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])'"""
    begin = f"SHOP={address}\nTOKEN=$({login} | {read})"
    link = '<li><a href="/guide">The guide</a>: one bookshop in several frameworks, measured</li>'
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        begin=escape(begin), sections="".join(map(_section, PARTS)), guide=link if guide else ""
    )


def _section(part: Part) -> str:
    lines = "".join(
        f"<dt>{escape(line.shows)} <span>{line.status}</span></dt>"
        f"<dd><pre>{escape(line.command)}</pre></dd>"
        for line in part.lines
    )
    heading = f"<h2>{escape(part.title)}</h2><p>{escape(part.about)}</p>"
    return f"<section>{heading}<dl>{lines}</dl></section>"
