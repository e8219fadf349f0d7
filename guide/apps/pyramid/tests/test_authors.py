def test_search_is_for_text_not_for_a_pattern(shop):
    names = [item["name"] for item in shop.get("/authors", {"q": "%"}).json["items"]]
    assert names == ["100% Nobody"]
    assert shop.get("/authors", {"q": "AUSTEN"}).json["total"] == 1


def test_unknown_years_come_last(shop):
    for sort in ("born", "-born"):
        items = shop.get("/authors", {"sort": sort}).json["items"]
        assert [item["born"] for item in items] == [1775, None]


def test_death_before_birth_is_refused_also_against_what_is_stored(staff):
    answer = staff.patch_json("/authors/1", {"died": 1700}, status=400)
    assert answer.json["errors"][0]["field"] == "died"
    assert staff.get("/authors/1").json["died"] == 1817
    assert staff.patch_json("/authors/1", {"died": None}).json["died"] is None


def test_author_with_books_stays(staff):
    staff.delete("/authors/1", status=409)
    staff.delete("/authors/2", status=204)
    staff.get("/authors/2", status=404)
