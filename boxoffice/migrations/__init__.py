"""Migrations take a database from any older schema to this program's."""
