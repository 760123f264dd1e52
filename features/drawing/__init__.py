"""Charts and pictures, drawn on the engine's threads within the request's one hop; one palette, one helper."""
