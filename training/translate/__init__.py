"""English to Spanish, trained from random weights on everyday sentences. `README.md` is its model card."""
