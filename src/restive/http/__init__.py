"""Values of HTTP. This package knows no app, no route and no wire."""
