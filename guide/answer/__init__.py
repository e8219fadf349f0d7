"""What is to be made of the numbers: claims with verdicts, a choice for a reader's case, a report.

recorded.py  the results of a run of `make compare`, found and read
facts.py     facts that are not measured (facts.toml)
evidence.py  assertions about results and facts; claims.py weighs the guide's claims by them
sheet.py     the questions, and the metrics that they weigh; choice.py ranks by them
choose.py    `python -m guide choose`
page/        the report, as one page of HTML and as Markdown

It imports nothing that runs an app: a results file is all that it needs.
"""
