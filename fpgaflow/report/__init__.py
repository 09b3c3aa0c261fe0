"""The report of a build: one set of figures, shown as JSON, in the terminal and as a page."""
