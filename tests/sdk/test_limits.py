"""Rate limits, refused in each vendor's own words, as its own client sees it."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

from support.huawei import Huawei
from support.plane import launch
from support.tencent import Tencent
from support.tencent_v3 import TencentV3, refusal

LIMITS = """
rates = [
  { dialect = "huawei", action = "POST */cloudservers/action", calls = 2, per = "1h" },
  { dialect = "tencent_v2", action = "StopInstances", calls = 2, per = "1h" },
  { dialect = "tencent_v3", action = "StopInstances", calls = 2, per = "1h" },
]
"""


@pytest.fixture
def limited(tmp_path, start_plane):
    file = tmp_path / "limits.toml"
    file.write_text(LIMITS)
    return start_plane("--pace", "instant", "--fleet", "4", "--seed", "3", "--limits", str(file))


def test_huawei_is_refused_by_its_gateway(limited):
    client = Huawei(limited)
    ids = client.ids(1)
    for order in (client.stop, client.start):
        client.succeeded(order(ids))
    with pytest.raises(ClientRequestException) as raised:
        client.stop(ids)
    assert (raised.value.status_code, raised.value.error_code) == (429, "APIGW.0308")
    assert raised.value.error_msg.endswith("limit:2,time:60 minutes")
    assert client.server(ids[0]).status == "ACTIVE", "what is looked at is not limited here"


def test_the_older_api_has_a_number_for_it(limited):
    client = Tencent(limited)
    one = client.instances()[0]["unInstanceId"]
    for _ in range(2):
        assert client.call("StopInstances", instanceIds=[one])["code"] in (0, 5100)
    refused = client.call("StopInstances", instanceIds=[one])
    assert (refused["code"], refused["codeDesc"]) == (4400, "InvalidRequest.LimitExceeded")
    assert client.good("StartInstances", instanceIds=[one]), "another action has a bucket of its own"


def test_the_newer_api_has_a_name_for_it(limited):
    client = TencentV3(limited)
    one, other = client.instances()[:2]
    client.call("StopInstances", InstanceIds=[one.InstanceId])
    client.call("StopInstances", InstanceIds=[other.InstanceId])
    code, _ = refusal(lambda: client.call("StopInstances", InstanceIds=[one.InstanceId]))
    assert code == "RequestLimitExceeded"


def test_nobody_is_limited_unless_it_is_said(start_plane):
    client = TencentV3(start_plane("--pace", "instant", "--fleet", "1"))
    for _ in range(60):
        assert client.instances()


def test_the_vendors_figures_are_taken(start_plane):
    client = TencentV3(start_plane("--pace", "instant", "--fleet", "1", "--limits", "huawei,tencent"))
    assert client.instances()


def test_limits_that_mean_nothing_keep_the_server_from_starting(tmp_path):
    file = tmp_path / "limits.toml"
    file.write_text('rates = [{ dialect = "huawei", calls = 0, per = "1s" }]')
    with pytest.raises(RuntimeError, match="calls is at least 1"):
        launch("--ephemeral", "--limits", str(file))
