"""Development tools: `python -m webapp.tools.<name>`. Nothing here is needed to serve Genu."""
