"""Codebooks in YAML, JSON, CSV, XLSX and `.qdc`: `front_door` says which reader a file gets."""
