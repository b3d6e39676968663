"""What `thematic export --to` writes: `front_door` has the table of them, one module a file."""
