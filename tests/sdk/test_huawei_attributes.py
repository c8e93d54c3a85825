"""What is said of a server and changed without asking its machine."""

import datetime

from huaweicloudsdkecs import v2 as ecs

from test_huawei_batch import UNKNOWN, refusal


def put_metadata(huawei, server, **pairs):
    body = ecs.UpdateServerMetadataRequestBody(metadata=pairs)
    return huawei.client.update_server_metadata(
        ecs.UpdateServerMetadataRequest(server_id=server, body=body)).metadata


def take_metadata(huawei, server, key):
    huawei.client.delete_server_metadata(ecs.DeleteServerMetadataRequest(server_id=server, key=key))


def test_metadata_is_merged_and_taken_key_by_key(huawei):
    one, other = huawei.ids(2)
    before = huawei.server(one).metadata
    assert "stage" not in before

    assert put_metadata(huawei, one, stage="test", owner="me") == {"stage": "test", "owner": "me"}
    assert put_metadata(huawei, one, stage="live") == {"stage": "live"}
    assert huawei.server(one).metadata == before | {"stage": "live", "owner": "me"}
    assert "stage" not in huawei.server(other).metadata
    newer = huawei.client.list_cloud_servers(ecs.ListCloudServersRequest(
        metadata="stage=live", expect_fields=["metadata"])).servers
    assert [(each.id, each.metadata["owner"]) for each in newer] == [(one, "me")]
    nova = huawei.client.nova_show_server(ecs.NovaShowServerRequest(
        server_id=one, open_stack_api_version="compute 2.60")).server
    assert nova.metadata["stage"] == "live"

    take_metadata(huawei, one, "stage")
    assert huawei.server(one).metadata == before | {"owner": "me"}
    assert refusal(lambda: take_metadata(huawei, one, "stage"))[0] == 404
    assert refusal(lambda: put_metadata(huawei, UNKNOWN, stage="test"))[:2] == (404, "Ecs.0114")
    assert refusal(lambda: put_metadata(huawei, one, **{"a b": "c"}))[:2] == (400, "Ecs.0005")
    take_metadata(huawei, one, "owner")
    assert huawei.server(one).metadata == before


def test_metadata_options_of_one_server(huawei):
    one, other = huawei.ids(2)

    def options(server):
        shown = huawei.client.show_metadata_options(ecs.ShowMetadataOptionsRequest(server_id=server))
        return shown.http_endpoint, shown.http_tokens

    def change(server, **wanted):
        body = ecs.UpdateServerMetadataOptionsRequestBody(**wanted)
        huawei.client.update_metadata_options(
            ecs.UpdateMetadataOptionsRequest(server_id=server, body=body))

    assert options(one) == ("enabled", "optional")
    change(one, http_tokens="required")
    assert options(one) == ("enabled", "required")
    change(one, http_endpoint="disabled")
    assert options(one) == ("disabled", "required")
    assert options(other) == ("enabled", "optional")
    assert refusal(lambda: change(one, http_tokens="maybe"))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: change(UNKNOWN, http_tokens="required"))[:2] == (404, "Ecs.0114")
    assert options(one) == ("disabled", "required")


def test_recovery_is_on_until_it_is_off(huawei):
    """Defined, and forgotten by the SDK, which signs and sends it all the same."""
    one = huawei.ids(1)[0]
    assert huawei.show_server_auto_recovery(one) == {"support_auto_recovery": "true"}
    assert huawei.register_server_auto_recovery(one, "false") is None
    assert huawei.raw.status == 204
    assert huawei.show_server_auto_recovery(one) == {"support_auto_recovery": "false"}
    huawei.register_server_auto_recovery(one, "true")
    assert huawei.show_server_auto_recovery(one) == {"support_auto_recovery": "true"}
    assert refusal(lambda: huawei.show_server_auto_recovery(UNKNOWN))[:2] == (404, "Ecs.0114")


def test_monitoring_is_registered_for_a_server_that_is_there(huawei):
    def register(server):
        body = ecs.RegisterServerMonitorRequestBody(monitor_metrics="")
        huawei.client.register_server_monitor(
            ecs.RegisterServerMonitorRequest(server_id=server, body=body))

    one = huawei.ids(1)[0]
    before = huawei.server(one).to_dict()
    register(one)
    assert (huawei.raw.status, huawei.raw.text) == (200, "")
    assert huawei.server(one).to_dict() == before
    assert refusal(lambda: register(UNKNOWN))[:2] == (404, "Ecs.0114")


def test_a_time_to_end_is_set_and_taken_back(huawei):
    one = huawei.ids(1)[0]
    now = datetime.datetime.now(datetime.UTC)

    def end_at(text, server=one):
        body = ecs.UpdateServerAutoTerminateTimeRequestBody(auto_terminate_time=text)
        huawei.client.update_server_auto_terminate_time(
            ecs.UpdateServerAutoTerminateTimeRequest(server_id=server, body=body))

    assert huawei.server(one).auto_terminate_time == ""
    tomorrow = now + datetime.timedelta(days=1)
    end_at(tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert huawei.raw.status == 204
    assert huawei.server(one).auto_terminate_time == tomorrow.strftime("%Y-%m-%dT%H:%M:00Z")
    soon = now + datetime.timedelta(minutes=5)
    late = now + datetime.timedelta(days=3 * 366 + 1)
    for refused in (soon, late):
        text = refused.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert refusal(lambda: end_at(text))[:2] == (400, "Ecs.0082")
    assert refusal(lambda: end_at("2020-01-01T00:00:00Z"))[:2] == (403, "Ecs.0083")
    assert huawei.server(one).auto_terminate_time == tomorrow.strftime("%Y-%m-%dT%H:%M:00Z")
    end_at("")
    assert huawei.server(one).auto_terminate_time == ""


def test_a_server_is_described_anew(huawei):
    one, other = huawei.ids(2)
    before = huawei.server(one)
    option = ecs.UpdateServerOption(name="probe-1", description="a probe", hostname="probe-host")
    body = ecs.UpdateServerRequestBody(server=option)
    told = huawei.client.update_server(ecs.UpdateServerRequest(server_id=one, body=body)).server
    assert (told.id, told.name) == (one, "probe-1")
    after = huawei.server(one)
    assert (after.name, after.description, after.os_ext_srv_att_rhostname) == (
        "probe-1", "a probe", "probe-host")
    assert (after.flavor.id, after.status) == (before.flavor.id, before.status)
    assert huawei.server(other).description != "a probe"
    bad = ecs.UpdateServerRequestBody(server=ecs.UpdateServerOption(name="a b?"))
    assert refusal(lambda: huawei.client.update_server(
        ecs.UpdateServerRequest(server_id=one, body=bad)))[0] == 400
    assert huawei.server(one).name == "probe-1"
