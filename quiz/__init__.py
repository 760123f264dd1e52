"""The quiz as plain Python: rules, rounds, scoring and deadlines. No discord, no I/O; the time is passed in."""
