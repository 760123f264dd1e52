"""Inference: model cards, pinned weights, the engine that runs jobs, and one module for each task. Knows no Discord."""
