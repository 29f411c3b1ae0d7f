"""How the reader of comb cells was trained; never imported by the service."""
