"""Makes training lines, trains the Arabic line recogniser and measures it; see README.md."""
