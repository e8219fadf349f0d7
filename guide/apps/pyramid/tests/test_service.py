import pytest


def test_health(shop):
    assert shop.get("/health").json == {"status": "ok"}


def test_documents(shop):
    assert shop.get("/openapi.json").json["openapi"] == "3.1.0"
    assert "swagger-ui" in shop.get("/docs")


@pytest.mark.parametrize("path", ["/health", "/authors", "/authors/1", "/books", "/books/1"])
def test_head_is_get_without_the_body(shop, path):
    get, head = shop.get(path), shop.head(path)
    assert head.body == b""
    assert head.content_length == get.content_length


def test_errors_are_json(shop):
    assert shop.get("/nowhere", status=404).json
    assert shop.get("/books/%ff", status=400).json
    answer = shop.put("/books", status=405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert answer.json["message"]


def test_faults_are_json_and_tell_nothing(shop, app, monkeypatch):
    monkeypatch.setitem(app.registry, "dbsession_factory", None)
    answer = shop.get("/books", status=500)
    assert "NoneType" not in answer.text
    assert answer.json["message"]
