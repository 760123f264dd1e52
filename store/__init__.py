"""What must survive a restart: the tables, their migrations, and small repositories."""
