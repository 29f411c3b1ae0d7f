"""The domain, true on paper without a computer: no web, no database, no image, no clock, no network."""
