"""The settings of a function, as its project has them written: stack.yml, and deploy.toml beside it.

written            a value, and where it was written
stack              what stack.yml says of a function for every platform alike
deploy_toml        the tables of deploy.toml, and which of two wins
aws, openwhisk     the keys of each platform there
kinds              what a key takes

What a platform takes of the values is for its deployer to say.
"""
