"""What builds the folder for faas-cli. It stays on the deploying machine; the image does not have it."""
