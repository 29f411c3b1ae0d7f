"""Lets ``python -m forms_service`` stand for the command ``forms-service``."""

from forms_service.cli import main

if __name__ == "__main__":
    main()
