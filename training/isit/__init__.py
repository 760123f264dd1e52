"""The classifier behind `/isit`, trained from the situations in `knowledge/situations`."""
