"""What stays on the deploying machine: the package and the deployer."""
