"""The data every app of the guide is loaded with; `python -m guide.seed OUT.json` writes it."""
