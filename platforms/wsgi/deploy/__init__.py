"""What builds the folder for a machine of the user's. It stays on the deploying one."""
