"""Everything that needs PyTorch. The rest of the package, and the bot, do without it."""
