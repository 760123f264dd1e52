"""How the models that are our own were trained: anyone can run it again."""
