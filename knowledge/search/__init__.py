"""Which article answers a question: words, embeddings, votes, and the ranking that combines them."""
