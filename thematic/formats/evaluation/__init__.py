"""What `thematic evaluate` reads and writes: coded data as excerpts, the page with its learning curve."""
