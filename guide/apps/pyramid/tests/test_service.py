def test_health(shop):
    assert shop.get("/health").json == {"status": "ok"}


def test_documents(shop):
    assert shop.get("/openapi.json").json["openapi"] == "3.1.0"
    assert "swagger-ui" in shop.get("/docs")


def test_errors_are_json(shop):
    assert shop.get("/nowhere", status=404).json
    assert shop.get("/books/%ff", status=400).json
    assert shop.put("/books", status=404).json


def test_faults_are_json_and_tell_nothing(shop, app, monkeypatch):
    monkeypatch.setitem(app.registry, "dbsession_factory", None)
    answer = shop.get("/books", status=500)
    assert "NoneType" not in answer.text
    assert answer.json["message"]
