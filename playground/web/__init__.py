"""The page: its socket, its routes, Markdown, and the static files."""
