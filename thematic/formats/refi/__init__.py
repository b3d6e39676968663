"""REFI-QDA projects (`.qdpx`, `.qde`): the way to and from NVivo, ATLAS.ti, MAXQDA, QualCoder and others.

`packages` opens a file from a stranger; `parsing` makes plain records of its XML; `offsets` finds out how its
positions are counted; `reading` makes a CodedProject of it all; `writing` does the reverse, strictly.
"""
