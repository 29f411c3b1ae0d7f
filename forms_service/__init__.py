"""Bilingual forms for social security: paper, screens, reading of scans, completeness, receipts."""
