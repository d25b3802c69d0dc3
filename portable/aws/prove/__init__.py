"""Whether what was deployed answers: a version by its number, then the URL."""
