"""Packets for coders without the tool: XLSX, DOCX and HTML, going out and coming back."""
