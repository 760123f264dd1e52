"""How the tables came to be what they are; `upgrade.py` applies what a database lacks."""
