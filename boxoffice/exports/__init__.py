"""An export is the organizer's data in a file that is whole, named and verifiable."""
