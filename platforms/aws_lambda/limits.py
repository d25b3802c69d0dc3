"""The numbers of AWS Lambda and of its front doors. Constants alone: a cold start reads them."""

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_PAYLOAD_BYTES = 6 * 2**20  # of an event, and of a result
MIN_TIMEOUT_S, MAX_TIMEOUT_S = 1, 900
MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 10_240
MIN_STORAGE_MB, MAX_STORAGE_MB = 512, 10_240
MAX_ENVIRONMENT_BYTES = 4096
MAX_ZIPPED_BYTES, MAX_UNZIPPED_BYTES = 50 * 2**20, 250 * 2**20
MAX_NAME_CHARS = 64  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
REST_TIMEOUT_S, HTTP_TIMEOUT_S = 29, 30
API_MAX_REQUEST_BYTES = 10 * 2**20
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
ALB_MAX_PAYLOAD_BYTES = 2**20
