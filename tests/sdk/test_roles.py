"""What a reader, an operator and an admin may do, as the vendors' own SDKs see it."""

import json

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.huawei import Huawei
from support.plane import launch
from support.tencent import Tencent
from support.tencent_v3 import TencentV3

SERVE = ("--pace", "instant", "--fleet", "6")
ROLES = ["reader", "operator", "admin"]
ROOT = "/regiment/v1/"


def asked(plane, token, method, path, body=None):
    """One call of the own API: the status and what it says."""
    headers = {"Authorization": f"Bearer {token}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    text = None if body is None else json.dumps(body)
    status, _, answer = plane.plain(method, ROOT + path, text, headers)
    return status, json.loads(answer) if answer else None


class Held:
    """A plane seen through another credential."""

    def __init__(self, plane, made):
        self.__dict__.update(plane.__dict__)
        self.plain = plane.plain
        self.host, self.tls_host = plane.host, plane.tls_host
        self.access_key, self.secret_key = made["access_key"], made["secret_key"]
        body = {"access_key": self.access_key, "secret_key": self.secret_key}
        status, issued = asked(plane, "", "POST", "tokens", body)
        assert status == 201, issued
        self.token = issued["token"]


@pytest.fixture
def held(plane):
    """Makes credentials; those that are left are taken away when the test ends."""
    made = []

    def make(role):
        status, said = asked(plane, plane.token, "POST", "credentials", {"role": role})
        assert status == 201, said
        made.append(said["access_key"])
        return Held(plane, said)

    yield make
    for access_key in made:
        asked(plane, plane.token, "DELETE", f"credentials/{access_key}")


@pytest.mark.parametrize("role", ROLES)
def test_huawei(plane, held, role):
    caller = Huawei(held(role))
    target = caller.ids(1)[0]
    if role == "reader":
        with pytest.raises(ClientRequestException) as refused:
            caller.stop([target])
        assert (refused.value.status_code, refused.value.error_code) == (403, "Pdp.0001")
        assert caller.server(target).status == "ACTIVE"
    else:
        caller.succeeded(caller.stop([target]))
        caller.succeeded(caller.start([target]))


@pytest.mark.parametrize("role", ROLES)
def test_tencent_2(plane, held, role):
    caller = Tencent(held(role))
    target = caller.instances()[1]["unInstanceId"]
    answer = caller.call("StopInstances", instanceIds=[target])
    if role == "reader":
        assert (answer["code"], answer["codeDesc"]) == (4101, "AuthFailure")
        assert caller.status(target) == 2
    else:
        assert answer["code"] == 0, answer
        caller.reaches(target, 4)
        caller.good("StartInstances", instanceIds=[target])
        caller.reaches(target, 2)


@pytest.mark.parametrize("role", ROLES)
def test_tencent_3(plane, held, role):
    caller = TencentV3(held(role))
    target = caller.instances()[2].InstanceId
    if role == "reader":
        with pytest.raises(TencentCloudSDKException) as refused:
            caller.call("StopInstances", InstanceIds=[target])
        assert refused.value.code == "UnauthorizedOperation"
        assert caller.instance(target).InstanceState == "RUNNING"
    else:
        caller.call("StopInstances", InstanceIds=[target])
        caller.reaches(target, "STOPPED")
        caller.call("StartInstances", InstanceIds=[target])
        caller.reaches(target, "RUNNING")


@pytest.mark.parametrize("role", ROLES)
def test_the_own_api(plane, held, role):
    caller = held(role)
    assert asked(caller, caller.token, "GET", "servers")[0] == 200
    order = {"operation": "reboot", "select": {"name": "*"}}
    status, said = asked(caller, caller.token, "POST", "jobs", {**order, "dry_run": True})
    assert status == 200 and said["verdicts"]["admitted"] > 0
    status, said = asked(caller, caller.token, "POST", "jobs", order)
    assert status == (403 if role == "reader" else 202), said
    status, said = asked(caller, caller.token, "GET", "credentials")
    assert status == (200 if role == "admin" else 403), said
    assert "secret_key" not in json.dumps(said)


def test_a_credential_that_is_gone_is_gone_everywhere_at_once(plane, held):
    caller = held("operator")
    huawei, tencent, later = Huawei(caller), Tencent(caller), TencentV3(caller)
    huawei.ids(1), tencent.instances(), later.instances()
    status, _ = asked(plane, plane.token, "DELETE", f"credentials/{caller.access_key}")
    assert status == 204
    with pytest.raises(ClientRequestException) as refused:
        huawei.ids(1)
    assert refused.value.status_code == 401
    assert tencent.call("DescribeInstances")["code"] == 4104
    with pytest.raises(TencentCloudSDKException) as refused:
        later.instances()
    assert refused.value.code == "AuthFailure.SecretIdNotFound"
    assert asked(plane, caller.token, "GET", "servers")[0] == 401


def test_the_last_admin_stays(plane):
    status, said = asked(plane, plane.token, "DELETE", f"credentials/{plane.access_key}")
    assert (status, said["code"]) == (409, "LastAdmin")


def test_credentials_survive_a_kill_and_a_start(tmp_path):
    first = launch("--data", str(tmp_path), "--fleet", "2", "--pace", "instant")
    try:
        made = [asked(first, first.token, "POST", "credentials", {"role": role})[1] for role in ROLES]
        assert asked(first, first.token, "DELETE", f"credentials/{made[1]['access_key']}")[0] == 204
    finally:
        first.process.kill()
        first.stop()
    second = launch("--data", str(tmp_path))
    try:
        status, said = asked(second, second.token, "GET", "credentials")
        assert status == 200
        roles = {one["access_key"]: one["role"] for one in said["credentials"]}
        assert roles == {first.access_key: "admin", made[0]["access_key"]: "reader",
                         made[2]["access_key"]: "admin"}
        reader = Held(second, made[0])
        assert asked(second, reader.token, "GET", "servers")[0] == 200
        status, said = asked(second, reader.token, "POST", "jobs",
                             {"operation": "stop", "select": {"name": "*"}})
        assert (status, said["code"]) == (403, "NotAllowed")
    finally:
        second.stop()
