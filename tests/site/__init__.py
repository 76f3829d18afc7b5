"""The pages as a site: those of docs/, the reference that the code itself tells, and zensical."""
