"""OpenWhisk's numbers as they are by default; an operator may have others. Constants alone: a cold start reads them."""

# https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits
MAX_REQUEST_BYTES = MAX_PARAMETERS_BYTES = 2**20
RESULT_LIMIT_BYTES = 2**20  # a result must be smaller
MAX_CODE_BYTES = 48 * 2**20  # in base64
MIN_TIMEOUT_MS, DEFAULT_TIMEOUT_MS, MAX_TIMEOUT_MS = 100, 60_000, 300_000
MIN_MEMORY_MB, DEFAULT_MEMORY_MB, MAX_MEMORY_MB = 128, 256, 512
DEFAULT_LOGS_MB = MAX_LOGS_MB = 10
# https://github.com/apache/openwhisk/blob/master/common/scala/src/main/scala/org/apache/openwhisk/core/entity/EntityPath.scala
MAX_NAME_CHARS = 256
# https://github.com/apache/openwhisk/blob/master/core/controller/src/main/resources/application.conf
MAX_URI_BYTES = 8192
# https://github.com/apache/openwhisk/blob/master/core/controller/src/main/scala/org/apache/openwhisk/core/controller/WebActions.scala
WEB_TIMEOUT_S = 60
