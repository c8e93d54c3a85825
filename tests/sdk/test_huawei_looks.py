"""Lists, shows and who may ask."""

import json
import uuid

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs
from huaweicloudsdkecs.v2.region.ecs_region import EcsRegion

from support.huawei import Huawei
from test_huawei_batch import UNKNOWN, refusal


def test_pages_of_the_list_cover_the_fleet_once(huawei):
    whole = huawei.ids()
    assert len(whole) == len(set(whole)) == 20
    paged = []
    for page in (1, 2, 3, 4):
        answer = huawei.client.list_servers_details(ecs.ListServersDetailsRequest(limit=7, offset=page))
        assert answer.count == 20
        paged += [server.id for server in answer.servers]
    assert paged == whole
    first = huawei.client.list_servers_details(ecs.ListServersDetailsRequest(limit=7, offset=0))
    assert [server.id for server in first.servers] == whole[:7]


def test_a_page_after_a_marker_begins_behind_it(huawei):
    whole = huawei.ids()
    answer = huawei.client.list_servers_details(ecs.ListServersDetailsRequest(limit=5, marker=whole[4]))
    assert [server.id for server in answer.servers] == whole[5:10]


def test_the_list_holds_25_unless_told_otherwise(start_plane):
    many = Huawei(start_plane("--pace", "instant", "--fleet", "30"))
    answer = many.client.list_servers_details(ecs.ListServersDetailsRequest())
    assert (len(answer.servers), answer.count) == (25, 30)
    newer = many.client.list_cloud_servers(ecs.ListCloudServersRequest())
    assert len(newer.servers) == 10
    assert not many.recorder.broken, "\n".join(many.recorder.broken)


def test_filters_of_the_list(huawei):
    everything = huawei.servers()
    one = everything[3]
    address = next(iter(one.addresses.values()))[0].addr
    name = one.name
    assert [seen.id for seen in huawei.servers(ip_eq=address)] == [one.id]
    assert one.id in [seen.id for seen in huawei.servers(name=name[1:-1])]
    assert {seen.id for seen in huawei.servers(flavor=one.flavor.id)} == {
        seen.id for seen in everything if seen.flavor.id == one.flavor.id}
    assert huawei.servers(name="no-such-name-anywhere") == []
    huawei.succeeded(huawei.stop([one.id]))
    assert [seen.id for seen in huawei.servers(status="SHUTOFF")] == [one.id]
    assert one.id not in [seen.id for seen in huawei.servers(status="ACTIVE")]
    huawei.succeeded(huawei.start([one.id]))


def test_servers_by_id_include_what_does_not_exist(huawei):
    one = huawei.ids(1)[0]
    found = huawei.servers(server_id=f"{one},{UNKNOWN}")
    assert [server.id for server in found] == [one, UNKNOWN]
    assert found[1].name is None


def test_the_newer_list_pages_by_marker_and_filters(huawei):
    whole, marker = [], None
    while True:
        request = ecs.ListCloudServersRequest(limit=8, marker=marker)
        servers = huawei.client.list_cloud_servers(request).servers
        if not servers:
            break
        whole += [server.id for server in servers]
        marker = whole[-1]
    assert sorted(whole) == sorted(huawei.ids())
    one = huawei.client.list_cloud_servers(ecs.ListCloudServersRequest(id=whole[2])).servers
    assert [server.id for server in one] == [whole[2]]
    fields = ["image", "addresses", "tags", "launched_at", "power_state"]
    request = ecs.ListCloudServersRequest(limit=1, expect_fields=fields)
    rich = huawei.client.list_cloud_servers(request).servers[0]
    assert rich.image and rich.addresses and rich.power_state == 1


def test_a_shown_server_is_the_listed_one(huawei):
    listed = huawei.servers()[0]
    shown = huawei.server(listed.id)
    assert (shown.id, shown.name, shown.status) == (listed.id, listed.name, listed.status)
    raw = huawei.raw.body["server"]
    assert isinstance(raw["flavor"]["ram"], str) and int(raw["flavor"]["ram"]) > 0
    assert raw["OS-EXT-STS:power_state"] == 1
    assert raw["tenant_id"] == huawei.plane.project_id


def test_an_unknown_server_is_not_found(huawei):
    status, code, message = refusal(lambda: huawei.server(UNKNOWN))
    assert (status, code) == (404, "Ecs.0114")
    assert UNKNOWN in message


def test_flavors_limits_and_zones(huawei):
    flavors = huawei.client.list_flavors(ecs.ListFlavorsRequest()).flavors
    assert len(flavors) > 1
    assert all(isinstance(flavor["vcpus"], str) for flavor in huawei.raw.body["flavors"])
    used = {server.flavor.id for server in huawei.servers()}
    assert used <= {flavor.id for flavor in flavors}

    limits = huawei.client.show_server_limits(ecs.ShowServerLimitsRequest()).absolute
    assert limits.total_instances_used == 20
    assert limits.total_cores_used == sum(int(server.flavor.vcpus) for server in huawei.servers())

    zones = huawei.client.list_server_az_info(ecs.ListServerAzInfoRequest()).availability_zones
    named = {zone.availability_zone_id for zone in zones}
    assert {server.os_ext_a_zavailability_zone for server in huawei.servers()} <= named


def test_a_wrong_secret_key_is_the_gateways_refusal(plane):
    wrong = Huawei(plane, secret_key="wrong" * 8)
    assert refusal(wrong.ids)[:2] == (401, "APIGW.0301")
    assert sorted(wrong.raw.body) == ["error_code", "error_msg", "request_id"]
    assert wrong.raw.body["request_id"] == wrong.raw.headers["X-Request-Id"]
    nobody = Huawei(plane, access_key="NOSUCHACCESSKEY00000")
    assert refusal(nobody.ids)[:2] == (401, "APIGW.0301")


def test_another_project_in_the_path_is_refused(plane):
    stranger = Huawei(plane, project_id=uuid.uuid4().hex)
    status, _, _ = refusal(stranger.ids)
    assert status in (400, 403)


def test_a_region_instead_of_an_endpoint_finds_its_project(plane, monkeypatch):
    monkeypatch.setenv("HUAWEICLOUD_SDK_IAM_ENDPOINT", plane.endpoint)
    monkeypatch.setenv("HUAWEICLOUD_SDK_REGION_ECS_CN_NORTH_4", plane.endpoint)
    credentials = BasicCredentials(plane.access_key, plane.secret_key)
    client = (ecs.EcsClient.new_builder().with_credentials(credentials)
              .with_region(EcsRegion.value_of("cn-north-4")).build())
    answer = client.list_servers_details(ecs.ListServersDetailsRequest(limit=1))
    assert answer.count == 20
    assert credentials.project_id == plane.project_id


def test_over_tls_with_the_local_authority(plane):
    from huaweicloudsdkcore.http.http_config import HttpConfig
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    client = (ecs.EcsClient.new_builder().with_credentials(credentials)
              .with_http_config(HttpConfig(ssl_ca_cert=plane.ca_file))
              .with_endpoint(plane.tls_endpoint).build())
    assert client.list_servers_details(ecs.ListServersDetailsRequest(limit=1)).count == 20


def test_a_token_opens_the_same_door(plane):
    head = {"X-Auth-Token": plane.token}
    status, _, text = plane.plain("GET", f"/v1/{plane.project_id}/cloudservers/detail", headers=head)
    assert status == 200
    assert json.loads(text)["count"] == 20

    asked = {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": plane.access_key, "password": plane.secret_key, "domain": {"name": "regiment"}}}},
        "scope": {"project": {"id": plane.project_id}}}}
    status, headers, text = plane.plain(
        "POST", "/v3/auth/tokens", json.dumps(asked), {"Content-Type": "application/json"})
    assert status == 201, text
    token = headers["x-subject-token"]
    assert json.loads(text)["token"]["project"]["id"] == plane.project_id
    status, _, text = plane.plain(
        "GET", f"/v1/{plane.project_id}/cloudservers/detail?limit=1", headers={"X-Auth-Token": token})
    assert (status, len(json.loads(text)["servers"])) == (200, 1)

    asked["auth"]["identity"]["password"]["user"]["password"] = "wrong"
    status, headers, text = plane.plain(
        "POST", "/v3/auth/tokens", json.dumps(asked), {"Content-Type": "application/json"})
    assert status == 401
    assert "x-subject-token" not in headers
    assert json.loads(text)["error"]["code"] == 401


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": "nonsense"}])
def test_nobody_is_let_in_without_proof(plane, headers):
    status, _, text = plane.plain("GET", f"/v1/{plane.project_id}/cloudservers/detail", headers=headers)
    assert status == 401
    assert json.loads(text)["error_code"] == "APIGW.0301"


def test_an_unknown_path_is_the_gateways_404(plane):
    status, _, text = plane.plain("GET", f"/v1/{plane.project_id}/no/such/thing",
                                  headers={"X-Auth-Token": plane.token})
    assert (status, json.loads(text)["error_code"]) == (404, "APIGW.0101")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"os-start": 7}', '{"os-start": {"servers": [{}]}}', "{}"])
def test_a_malformed_order_is_a_client_error(plane, body):
    status, _, text = plane.plain(
        "POST", f"/v1/{plane.project_id}/cloudservers/action", body,
        {"X-Auth-Token": plane.token, "Content-Type": "application/json"})
    assert status == 400, text
    assert json.loads(text)["error"]["code"] in ("Ecs.0005", "Common.0002", "Ecs.0000")


def test_the_sdks_exception_carries_the_request_id(huawei):
    with pytest.raises(ClientRequestException) as raised:
        huawei.server(UNKNOWN)
    assert raised.value.request_id == huawei.raw.headers["X-Request-Id"]
