from concurrent.futures import ThreadPoolExecutor


def order(client, headers, *lines):
    body = {"lines": [{"book_id": book_id, "quantity": quantity} for book_id, quantity in lines]}
    return client.post("/orders", json=body, headers=headers)


def test_lines_of_one_book_share_its_stock(client, ada):
    answer = order(client, ada, (1, 2), (1, 3))
    assert answer.status_code == 201
    assert answer.json["total"] == "62.50"
    assert client.get("/books/1").json["stock"] == 0
    assert client.get(answer.headers["Location"], headers=ada).json == answer.json


def test_an_order_that_cannot_be_filled_leaves_no_trace(client, ada):
    assert order(client, ada, (1, 3), (1, 3)).status_code == 409
    unknown = order(client, ada, (1, 1), (99, 1))
    assert unknown.status_code == 422
    assert "book_id" in unknown.json["errors"]["json"]["lines"]["1"]
    assert client.get("/books/1").json["stock"] == 5
    assert client.get("/orders", headers=ada).json["total"] == 0


def test_customers_see_only_their_own(client, ada, bob, staff):
    url = order(client, ada, (1, 1)).headers["Location"]
    assert client.get(url, headers=bob).status_code == 404
    assert client.get("/orders", headers=bob).json["total"] == 0
    assert client.get(url, headers=staff).json["customer"] == "ada"


def test_ordered_books_stay(client, ada, staff):
    order(client, ada, (1, 1))
    assert client.delete("/books/1", headers=staff).status_code == 409


def test_stock_never_falls_below_zero(app, client, ada):
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: order(app.test_client(), ada, (1, 1)).status_code, range(12))
    assert sorted(answers) == [201] * 5 + [409] * 7
    assert client.get("/books/1").json["stock"] == 0
