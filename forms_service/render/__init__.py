"""Papers: blank and filled forms, receipts.  Takes specs and answers, gives PDFs; reads no pixel."""
