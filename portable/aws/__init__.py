"""The deployer to AWS. AWS itself is its state: names, tags, versions and aliases.

A command goes through these stages, and each may do only what stands here:

    settings/          read files and arguments: no call
    artifact/          build what is shipped: no call
    resources/*.read   ask AWS what is there: get, list and describe only
    resources/*        say what would change: pure functions of the two
    plan               the result, as data: it can be printed, compared and carried out
    apply              the only stage that changes anything
"""
