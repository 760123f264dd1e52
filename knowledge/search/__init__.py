"""Which article answers a question: words, meaning, votes, and the ranking made of them."""
