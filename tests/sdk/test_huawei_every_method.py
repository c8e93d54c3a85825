"""Every method that the vendor's SDK has: each finds an operation here, and each is called by a test.

What a method does is shown by the test that calls it. This one shows that none is forgotten: the
methods are the SDK's own, the calls are read off the tests.
"""

import ast
import inspect
from pathlib import Path

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkecs import v2 as ecs

from support import models

HERE = Path(__file__).parent
SOME_ID = "616fb98f-46ca-475e-917e-2563e5a8cd19"


def methods():
    """The operations of the client: each has a method and an invoker."""
    own = {name for name, one in vars(ecs.EcsClient).items() if inspect.isfunction(one)}
    found = sorted(name for name in own if f"{name}_invoker" in own)
    assert len(found) > 100
    return found


def calls(tree, module_of_tests):
    """Names called on a client in a module's tests; in a shared module, anywhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            name = on.attr if isinstance(on, ast.Attribute) else getattr(on, "id", "")
            if name == "client" or not module_of_tests:
                yield node.func.attr


def called():
    """Every method that some test calls, itself or by a word of the shared client."""
    tests = {path: ast.parse(path.read_text()) for path in sorted(HERE.glob("test_*.py"))}
    shared = [ast.parse(path.read_text()) for path in sorted(HERE.glob("support/*.py"))]
    found = {name for tree in tests.values() for name in calls(tree, True)}
    spoken = {node.func.attr for tree in tests.values() for node in ast.walk(tree)
              if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    for tree in shared:
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in spoken:
                found.update(calls(node, False))
    return found


def sample(kind):
    """Something of a type as the SDK names its types."""
    if kind.startswith("list["):
        return [sample(kind[5:-1])]
    if kind.startswith("dict("):
        return {"key": "value"}
    plain = {"str": SOME_ID, "int": 1, "float": 1.0, "bool": False, "object": {}, "datetime": SOME_ID}
    if kind in plain:
        return plain[kind]
    model = getattr(ecs, kind)
    return model(**{name: sample(inner) for name, inner in model.openapi_types.items()})


def request_of(method):
    """The method's request with every field filled in."""
    if method == "nova_show_version":
        # The only one whose last part of a path is not just any id.
        return ecs.NovaShowVersionRequest(api_version="v2.1")
    info = inspect.getsource(getattr(ecs.EcsClient, method))
    kind = info.split("huaweicloudsdkecs.v2.", 1)[1].split("`", 1)[0]
    return sample(kind)


def is_recognised(huawei, method):
    """Whether anybody takes the request; that it is refused for what is in it does not matter."""
    try:
        getattr(huawei.client, method)(request_of(method))
    except ServiceResponseException as refused:
        assert refused.status_code < 500, f"{method}: {huawei.raw.text}"
    body = huawei.raw.body
    return not (isinstance(body, dict) and body.get("error_code") == "APIGW.0101")


@pytest.fixture
def lenient(plane):
    """A client whose answers nobody holds against a definition: its requests make no sense."""
    from support.huawei import Huawei
    return Huawei(plane)


def test_every_method_of_the_sdk_is_served(lenient):
    assert not [method for method in methods() if not is_recognised(lenient, method)]


def test_every_method_is_called_by_a_test():
    assert not set(methods()) - called()


@pytest.mark.parametrize("operation, body, fault", [
    ("ShowServerLimits", {"absolute": {"maxTotalCores": 7}}, None),
    ("ShowServerLimits", {"absolute": {"maxTotalCores": "7"}}, "$.absolute.maxTotalCores: '7' is read as int"),
    ("ShowServer", {"server": {"locked": "false"}}, "$.server.locked: 'false' is read as bool"),
    ("ShowServer", {"server": {"flavor": {"ram": 1024}}}, "$.server.flavor.ram: 1024 is read as str"),
    ("ShowServer", {"server": {"tags": "a"}}, "$.server.tags: is read as a list"),
    ("ShowServer", {"server": {"metadata": {"a": 1}}}, "$.server.metadata.*: 1 is read as str"),
    ("ShowServer", {"server": {"key_name": None, "no such": 1}}, None),
])
def test_an_answer_that_the_sdk_reads_as_something_else_is_found(operation, body, fault):
    """Every answer in these tests is held against the SDK's models; so the holding is tried."""
    expected = [fault.replace("$", operation)] if fault else []
    assert models.faults(operation, body) == expected


def test_an_invoker_and_an_asynchronous_client_get_the_same_answer(huawei, plane):
    from huaweicloudsdkcore.auth.credentials import BasicCredentials
    request = ecs.ListServersDetailsRequest(limit=3)
    plainly = huawei.client.list_servers_details(request)
    invoked = huawei.client.list_servers_details_invoker(request).invoke()
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    later = (ecs.EcsAsyncClient.new_builder().with_credentials(credentials)
             .with_endpoint(plane.endpoint).build())
    waited = later.list_servers_details_async(request).result()
    assert len(plainly.servers) == 3
    assert plainly.to_dict() == invoked.to_dict() == waited.to_dict()
