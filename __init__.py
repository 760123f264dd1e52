"""Inferbot: a Discord bot, and a plugin for any discord.py bot, that makes inference click."""

import os

# onnxruntime's wheels report usage to Microsoft and keep a device id in the user's cache. This turns it off, and only
# works before onnxruntime is first imported, which nothing outside this package does for us.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
