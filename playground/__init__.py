"""A local stand-in for Discord: REST, gateway and attachments on loopback, and a page for people without a token."""
