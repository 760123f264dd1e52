"""Inferbot: a Discord bot, and a plugin for any discord.py bot, that makes inference click."""
