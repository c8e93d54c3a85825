"""The contract of Regiment's own API, held against the server from outside: for requests made up
after it and against it, every answer is one that it declares."""

import json

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from support.plane import PATIENCE_S, TOP

SERVE = ("--pace", "instant", "--fleet", "20")

WRITTEN = json.loads((TOP / "crates/dialects/src/native/openapi.json").read_text())
CONTRACT = "/regiment/v1/openapi.json"
# A stream has no end that could be waited for: test_events.py follows it.
STREAM = "/regiment/v1/events"
FAULTS = "/regiment/v1/faults"
# The path of the contract itself is asked for before anything else.
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, item in WRITTEN["paths"].items()
    for method in item
    if method != "parameters" and path not in (CONTRACT, STREAM)
]


@pytest.fixture(scope="module")
def operations(plane):
    contract = schemathesis.openapi.from_url(plane.endpoint + CONTRACT)
    assert contract.raw_schema == WRITTEN
    return {found.ok().label: found.ok() for found in contract.get_all_operations()}


# Made-up addresses that nobody is to be sent anything at; and no schema says all that makes a URL.
ADD_WEBHOOK = "POST /regiment/v1/webhooks"


def send_to_nobody(body):
    if isinstance(body, dict) and isinstance(url := body.get("url"), str):
        if url.startswith(("http://", "https://")) and len(url) <= 2048:
            body["url"] = "http://127.0.0.1:9/"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_declared(operations, plane, label, mode):
    operation = operations[label]
    if mode == GenerationMode.NEGATIVE and not (operation.body or operation.query):
        # There is nothing that could be wrong.
        return

    # The same requests each time: what fails here fails everywhere.
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))
    def holds(case):
        # In a query everything is text: what is no array or no string there is one all the same.
        unfit = [] if operation.body else [negative_data_rejection]
        # Which effect can happen at which stage no schema says either.
        if label.endswith("/faults"):
            unfit.append(positive_data_acceptance)
        if label == ADD_WEBHOOK:
            send_to_nobody(case.body)
        # How orders go together (a pause needs waves, a deadline comes after the start) no schema says.
        if "orders" in json.dumps(case.body if isinstance(case.body, dict) else {}):
            unfit.append(positive_data_acceptance)
        case.call_and_validate(headers={"Authorization": f"Bearer {plane.token}"},
                               excluded_checks=unfit)
        if label == f"POST {FAULTS}":
            # What goes wrong here must not go wrong for the others.
            requests.delete(plane.endpoint + FAULTS, timeout=PATIENCE_S,
                            headers={"Authorization": f"Bearer {plane.token}"})

    holds()
