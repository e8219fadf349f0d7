from flask import Flask, request

app = Flask(__name__)


@app.get("/hello/<name>")
def hello(name):
    try:
        times = int(request.args.get("times", 1))
    except ValueError:
        times = 0
    if not 1 <= times <= 10:
        return {"error": "times must be an integer from 1 to 10"}, 400
    return {"message": " ".join([f"Hello, {name}!"] * times)}
