"""Lists of many sources: a spreadsheet, CSV, RIS or BibTeX, as rows of named cells."""
