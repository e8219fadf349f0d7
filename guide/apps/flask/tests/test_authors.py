import pytest


def test_created_authors_are_found_where_location_says(client, staff):
    answer = client.post("/authors", json={"name": "Zoë"}, headers=staff)
    assert answer.status_code == 201
    author = client.get(answer.headers["Location"]).json
    assert author == {"id": 2, "name": "Zoë", "born": None, "died": None, "bio": ""}


@pytest.mark.parametrize(
    "change", [{"died": 1827}, {"born": 1906}, {"name": None}, {"name": " "}, {"name": "\0"}]
)
def test_changes_are_checked_against_what_is_stored(client, staff, change):
    assert client.patch("/authors/1", json=change, headers=staff).status_code == 422
    assert client.get("/authors/1").json["died"] == 1905


def test_only_staff_write(client, ada):
    assert client.post("/authors", json={"name": "X"}).status_code == 401
    assert client.post("/authors", json={"name": "X"}, headers=ada).status_code == 403


def test_authors_with_books_stay(client, staff):
    assert client.delete("/authors/1", headers=staff).status_code == 409
    client.delete("/books/1", headers=staff)
    assert client.delete("/authors/1", headers=staff).status_code == 204
    assert client.get("/authors/1").status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b'{"name": "X"}', "text/plain", 415),
        (b'{"name": ', "application/json", 400),
        (b'{"name": "\xff"}', "application/json", 400),
        (b'{"name": "X", "born": NaN}', "application/json", 422),
        (b'{"name": "\\ud800"}', "application/json", 422),
        (b'"' + b"x" * 3_000_000 + b'"', "application/json", 413),
    ],
)
def test_bodies_that_are_no_good_are_refused_in_json(client, staff, body, content_type, status):
    answer = client.post("/authors", data=body, content_type=content_type, headers=staff)
    assert answer.status_code == answer.json["code"] == status
