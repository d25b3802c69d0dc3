"""A copy of the repository's own project, for the tests: that one is the user's, and may be replaced."""

from pathlib import Path

PROJECT_DIR = Path(__file__).parent
FUNCTION_DIR = PROJECT_DIR / "function"
STACK_PATH = PROJECT_DIR / "stack.yml"
HANDLER = "tests.sample.function.handler:handle"
