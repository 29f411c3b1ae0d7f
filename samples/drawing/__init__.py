"""Draws invented documents that look like real ones and say on every page that they are not."""
