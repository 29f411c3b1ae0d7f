"""Invented input for every form, and the script that makes it; see README.md beside this file."""
