"""What is said of a server and changes without its machine."""

import datetime

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs


def show(huawei, server):
    return huawei.client.show_server(ecs.ShowServerRequest(server_id=server)).server


def test_what_is_updated_is_shown_and_the_rest_stays(huawei):
    server = huawei.ids(1)[0]
    flavor = show(huawei, server).flavor.id
    option = ecs.UpdateServerOption(name="front", description="the first", hostname="front.example")
    body = ecs.UpdateServerRequestBody(server=option)
    answer = huawei.client.update_server(ecs.UpdateServerRequest(server_id=server, body=body)).server
    assert (answer.name, answer.description) == ("front", "the first")
    seen = show(huawei, server)
    assert (seen.name, seen.description, seen.flavor.id) == ("front", "the first", flavor)
    assert seen.os_ext_srv_att_rhostname == "front.example"
    assert [one.id for one in huawei.servers(name="front")] == [server]


def test_metadata_is_added_to_and_taken_key_by_key(huawei):
    server = huawei.ids(2)[1]

    def update(**pairs):
        body = ecs.UpdateServerMetadataRequestBody(metadata=pairs)
        request = ecs.UpdateServerMetadataRequest(server_id=server, body=body)
        assert huawei.client.update_server_metadata(request).metadata == pairs

    update(stage="test", owner="me")
    update(stage="live")
    huawei.client.delete_server_metadata(ecs.DeleteServerMetadataRequest(server_id=server, key="owner"))
    seen = show(huawei, server).metadata
    assert seen["stage"] == "live" and "owner" not in seen and "charging_mode" in seen


def test_metadata_options_are_kept(huawei):
    server = huawei.ids(1)[0]

    def options():
        request = ecs.ShowMetadataOptionsRequest(server_id=server)
        answer = huawei.client.show_metadata_options(request)
        return answer.http_endpoint, answer.http_tokens

    assert options() == ("enabled", "optional")
    body = ecs.UpdateServerMetadataOptionsRequestBody(http_tokens="required")
    huawei.client.update_metadata_options(ecs.UpdateMetadataOptionsRequest(server_id=server, body=body))
    assert options() == ("enabled", "required")


def test_the_time_of_deletion_is_set_and_taken_back(huawei):
    server = huawei.ids(1)[0]

    def update(text):
        body = ecs.UpdateServerAutoTerminateTimeRequestBody(auto_terminate_time=text)
        huawei.client.update_server_auto_terminate_time(
            ecs.UpdateServerAutoTerminateTimeRequest(server_id=server, body=body))

    now = datetime.datetime.now(datetime.timezone.utc)
    at = (now + datetime.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:00Z")
    update(at)
    assert show(huawei, server).auto_terminate_time == at
    update("")
    assert show(huawei, server).auto_terminate_time == ""
    with pytest.raises(ClientRequestException) as caught:
        update((now + datetime.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:00Z"))
    assert caught.value.error_code == "Ecs.0082"


def test_only_a_server_that_is_there_is_monitored(huawei):
    body = ecs.RegisterServerMonitorRequestBody(monitor_metrics="")
    huawei.client.register_server_monitor(
        ecs.RegisterServerMonitorRequest(server_id=huawei.ids(1)[0], body=body))
    assert huawei.raw.status == 200
