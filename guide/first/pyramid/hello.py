from wsgiref.simple_server import make_server

from pyramid.config import Configurator


def hello(request):
    try:
        times = int(request.params.get("times", 1))
    except ValueError:
        times = 0
    if not 1 <= times <= 10:
        request.response.status_code = 400
        return {"error": "times must be an integer from 1 to 10"}
    name = request.matchdict["name"]
    return {"message": " ".join([f"Hello, {name}!"] * times)}


if __name__ == "__main__":
    with Configurator() as config:
        config.add_route("hello", "/hello/{name}")
        config.add_view(hello, route_name="hello", renderer="json")
        app = config.make_wsgi_app()
    server = make_server("127.0.0.1", 6543, app)
    server.serve_forever()
