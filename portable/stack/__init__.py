"""What stack.yml and faas-cli say: the messages of the OpenFaaS API, the stack file, and the rules in its labels."""
