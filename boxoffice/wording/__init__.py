"""Wording: what our mails say, in each language, as plain text and as HTML."""
