"""Coded projects of other programs: `front_door` says which file is which. REFI-QDA is in `refi/`."""
