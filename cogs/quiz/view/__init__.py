"""How the quiz looks in Discord."""
