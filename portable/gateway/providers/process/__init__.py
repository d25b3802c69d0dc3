"""Replicas as processes of this machine, for a machine without Docker. They end with the gateway."""
