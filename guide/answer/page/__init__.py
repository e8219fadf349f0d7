"""The report of one run: a Markdown file, and one HTML page that needs nothing else."""

from guide.answer.page.write import write_report

__all__ = ["write_report"]
