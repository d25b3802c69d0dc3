"""Measures the function against its peers, side by side: `make bench`. It asserts nothing and needs its own venv."""
