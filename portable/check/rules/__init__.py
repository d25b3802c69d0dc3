"""Every rule, in the order in which a report has them: one file for each family of targets."""

from . import aws_lambda, azure_functions, clouds, google_cloud, openfaas, openfaas_labels, openwhisk

RULES = (
    *openfaas.RULES,
    *openfaas_labels.RULES,
    *clouds.RULES,
    *openwhisk.RULES,
    *aws_lambda.RULES,
    *google_cloud.RULES,
    *azure_functions.RULES,
)
