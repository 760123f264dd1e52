"""What Inferbot knows: articles in Markdown, the checks on them, and the search that finds the right one."""
