"""The growth test: for each framework a code base of 300 routes in 20 packages, written by script.

plan.py        what is written, the same for all: packages, resources, fields
generator.py   finds a framework's module, writes its files
flask.py, drf.py, fastapi.py, pyramid.py, restive.py
               `files(packages)`: that framework's source, structured as its documentation does it
drf_project.py, pyramid_document.py
               the parts of it that are not in packages

A generated app stands in for the framework's bookshop: the same environment, and the same command,
word for word. It has no database: routing, validation and documentation are what is measured.
"""
