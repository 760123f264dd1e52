"""What each feature does, without Discord: a plain result, and a class that makes it on the engine's threads."""
