"""A ticket lets one person in; its code proves it."""
