from concurrent.futures import ThreadPoolExecutor


def order(client, *lines, status=201):
    body = {"lines": [{"book_id": book, "quantity": quantity} for book, quantity in lines]}
    return client.post_json("/orders", body, status=status)


def test_order_takes_stock_at_todays_price(ada, staff):
    answer = order(ada, (1, 2), (2, 1), (1, 1))
    assert answer.json["total"] == "39.00"
    assert answer.json["customer"] == "ada"
    staff.patch_json("/books/1", {"price": 99})
    assert ada.get(answer.location).json == answer.json
    assert [staff.get(f"/books/{book}").json["stock"] for book in (1, 2)] == [2, 4]
    staff.delete("/books/1", status=409)


def test_whole_quantity_may_be_written_as_a_float(ada):
    assert order(ada, (1, 2.0)).json["total"] == "19.00"


def test_all_lines_or_none(ada):
    order(ada, (1, 1), (2, 3), (2, 3), status=409)
    answer = order(ada, (1, 1), (999, 1), status=400)
    assert answer.json["errors"][0]["field"] == "lines.1.book_id"
    assert ada.get("/books/1").json["stock"] == 5
    assert ada.get("/orders").json["total"] == 0


def test_orders_are_their_customers_and_the_staffs(ada, staff, log_in, shop):
    location = order(ada, (1, 1)).location
    bob = log_in("bob")
    bob.get(location, status=404)
    assert bob.get("/orders").json["total"] == 0
    assert staff.get(location).json["customer"] == "ada"
    shop.get(location, status=401)


def test_stock_does_not_fall_below_zero(ada):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: order(ada, (1, 1), status="*").status_code, range(20)))
    assert sorted(answers) == [201] * 5 + [409] * 15
    assert ada.get("/books/1").json["stock"] == 0
