"""The state of a small Discord: people, channels, messages, commands, interactions, events. No sockets."""
