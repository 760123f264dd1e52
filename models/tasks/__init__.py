"""What a model does for people, one module per task: inputs in, plain result and trace out."""
