"""Transcripts: `front_door` says which files are transcripts and which reader each gets; one module a family.

A reader (`reading.py` has its nouns) takes bytes and gives turns with an account of every word.
"""
