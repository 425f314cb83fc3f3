"""What Genu says and asks, as YAML that a clinician can review, and the one reader of it."""
