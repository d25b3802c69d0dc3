"""What runs replicas: containers of a Docker engine, or processes of this machine."""
