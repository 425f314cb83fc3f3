"""The triage rules: their language and the pure engine that runs them. Standard library only."""
