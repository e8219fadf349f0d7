"""The runnable guide: one bookshop in several frameworks, judged by one suite.

The guide stands beside the package `restive` and is never imported by it. `python -m guide` is its
command line; README.md beside this file says what there is.
"""
