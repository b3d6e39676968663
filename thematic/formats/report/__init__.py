"""The report's files: the page, the document, the workbook, the figures, and tidy tables."""
