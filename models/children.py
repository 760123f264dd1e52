"""What a child process is told: our environment, but none of its secrets."""

import os
import re

SECRET = re.compile("token|secret|passw|api_?key|private_?key|credential", re.IGNORECASE)
# pip needs its own settings, such as an index whose address has a password in it.
NEEDED = ("PIP_", "UV_")


def environment(**more: str) -> dict[str, str]:
    """Return the variables for a child process: ours without what looks like a secret, and `more`."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(NEEDED) or not SECRET.search(name)}
    return kept | more
