"""Whatever is sent, right or wrong, the service answers as its description says (schemathesis thinks it up)."""

import json

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.core import NotSet
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from docs import make_openapi
from ehcp_flow.service import create_app
from tests.service.conftest import KEYS, bearing

KEPT = json.loads(make_openapi.PAGE.read_text("utf-8"))
OPERATIONS = [(path, method) for path, each in KEPT["paths"].items() for method in each]


ASKED = [
    (path, method, mode)
    for path, method in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or path.startswith("/v1")  # nothing can be wrong where nothing is said
]


@pytest.mark.parametrize(("path", "method", "mode"), ASKED, ids=str)
def test_whatever_is_sent_is_answered_as_described(store, path, method, mode):
    operation = schemathesis.openapi.from_asgi("/openapi.json", create_app(store, KEYS))[path][method]

    @settings(max_examples=15)
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case):
        # A schema cannot say all: which cursor was given, what an id may hold. Every refusal is described all the same.
        # Where nothing is sent but the key, which is the right one whatever was thought up, nothing is wrong.
        bare = not case.query and not case.path_parameters and isinstance(case.body, NotSet)
        excluded = [positive_data_acceptance, *([negative_data_rejection] if bare else [])]
        case.call_and_validate(headers=bearing("mine"), excluded_checks=excluded)

    ask()
