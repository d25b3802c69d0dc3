"""What runs replicas: base.py is the contract; docker and process fulfil it, each without the other's packages."""
