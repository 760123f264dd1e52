"""How results look: Components V2 messages built from plain results. Nothing else knows."""
