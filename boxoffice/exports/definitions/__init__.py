"""What can be exported: a file a definition, and `catalogue.py` that names them all."""
