"""The quiz as plain Python: rules, rounds, votes, scores and dates. No discord, no I/O; the time is passed in."""
