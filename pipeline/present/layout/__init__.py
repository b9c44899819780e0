"""From result rows to display tables, one kind of table per file; still no text markup, numbers formatted."""
