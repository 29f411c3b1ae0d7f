"""Prints, fills, spoils and reads back synthetic forms, to know how well real ones will be read."""
