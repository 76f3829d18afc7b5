"""Pictures of the screens for the pages: made by a program, never by hand."""
