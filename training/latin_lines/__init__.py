"""How the recogniser of Latin lines was trained."""
