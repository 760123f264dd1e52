"""From the weights of packages to ONNX. Runs once per model, when its weights are fetched."""
