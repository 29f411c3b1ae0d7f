"""Makes the word lists that reading may ask for a second opinion; see forms_service/ocr/lexicons/README.md."""
