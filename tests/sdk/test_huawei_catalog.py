"""How clients find their way: from one address, a key and a region to the services and what they sell."""

import json

import openstack
import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs
from openstack.exceptions import SDKException


def connect(plane, **overrides):
    """As people do it whose tools know nothing of this plane but where its IAM is."""
    given = {
        "auth_url": f"{plane.endpoint}/v3",
        "username": plane.access_key, "password": plane.secret_key,
        "project_id": plane.project_id,
        "user_domain_name": "regiment", "region_name": "cn-north-4",
    }
    return openstack.connect(load_yaml_config=False, load_envvars=False, **(given | overrides))


def ask(plane, path):
    status, _, text = plane.plain("GET", path, headers={"X-Auth-Token": plane.token})
    return status, json.loads(text)


def test_one_address_leads_to_every_service(plane):
    cloud = connect(plane)
    assert cloud.session.get_project_id() == plane.project_id
    project = plane.project_id
    for kind, path in [
        ("identity", "/v3"), ("compute", f"/v2.1/{project}"), ("ecs", f"/v1/{project}"),
        ("ecsv1.1", f"/v1.1/{project}"), ("vpc", f"/v1/{project}"), ("network", "/v2.0"),
        ("volumev2", f"/v2/{project}"), ("volumev3", f"/v3/{project}"), ("image", "/v2"),
    ]:
        found = cloud.session.get_endpoint(
            service_type=kind, interface="public", region_name="cn-north-4", skip_discovery=True)
        assert found == plane.endpoint + path, kind


def test_the_catalog_leads_to_the_address_that_was_asked(plane):
    """A plane behind another name tells that name."""
    headers = {"X-Auth-Token": plane.token, "Host": "cloud.example:8443"}
    status, _, text = plane.plain("GET", "/v3/auth/catalog", headers=headers)
    assert status == 200
    for service in json.loads(text)["catalog"]:
        assert service["endpoints"][0]["url"].startswith("http://cloud.example:8443/"), service


def test_a_session_lists_servers_by_what_the_catalog_says(plane):
    answer = connect(plane).session.get(
        "/cloudservers/detail?limit=2",
        endpoint_filter={"service_type": "ecs", "interface": "public", "region_name": "cn-north-4"})
    assert answer.status_code == 200
    assert answer.json()["count"] == 20
    assert len(answer.json()["servers"]) == 2


def test_the_projects_regions_and_account_of_the_caller(plane):
    cloud = connect(plane)
    assert [project.id for project in cloud.identity.projects()] == [plane.project_id]
    assert cloud.identity.get_project(plane.project_id).name == "cn-north-4"
    assert [region.id for region in cloud.identity.regions()] == ["cn-north-4"]
    status, own = ask(plane, "/v3/auth/projects")
    assert (status, [project["id"] for project in own["projects"]]) == (200, [plane.project_id])
    status, accounts = ask(plane, "/v3/auth/domains")
    assert status == 200
    assert accounts["domains"][0]["id"] == own["projects"][0]["domain_id"]


def test_a_wrong_password_opens_nothing(plane):
    with pytest.raises(SDKException, match="401"):
        connect(plane, password="wrong").authorize()
    status, _, _ = plane.plain("GET", "/v3/auth/catalog")
    assert status == 401


def test_a_project_may_be_named(plane):
    cloud = connect(plane, project_id=None, project_name="cn-north-4", project_domain_name="regiment")
    assert cloud.session.get_project_id() == plane.project_id


# What is sold.

FLAVOR = "m6.8xlarge.8"


def room(huawei, flavor=FLAVOR, **query):
    answer = huawei.client.show_flavor_capacity(
        ecs.ShowFlavorCapacityRequest(flavor_id=flavor, **query))
    return {zone.availability_zone: zone.prefer for zone in answer.resources}


def holds(huawei, zone, count):
    return zone in room(huawei, count=str(count))


def most(huawei, zone):
    """How many more fit, by asking for ever more of them."""
    low, high = 0, 1
    while holds(huawei, zone, high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(huawei, zone, middle) else (low, middle)
    return low


def create(huawei, zone, count, flavor=FLAVOR):
    body = ecs.CreatePostPaidServersRequestBody(server=ecs.PostPaidServer(
        name="big", flavor_ref=flavor, image_ref="2f1c7b64-09d3-4e1a-8a5f-6c0e51b27d40",
        vpcid="0dae26c9-9a70-4392-93f3-87d53115d171", availability_zone=zone, count=count,
        nics=[ecs.PostPaidServerNic(subnet_id="157ee789-03ea-45b1-a698-76c92660dd83")],
        root_volume=ecs.PostPaidServerRootVolume(volumetype="SSD")))
    answer = huawei.client.create_post_paid_servers(ecs.CreatePostPaidServersRequest(body=body))
    huawei.succeeded(answer.job_id)
    return answer.server_ids


def test_room_is_what_the_hosts_have_left(huawei):
    zones = room(huawei)
    assert sum(zones.values()) >= 1
    zone = sorted(zones)[0]
    before = most(huawei, zone)
    ids = create(huawei, zone, 1)
    assert most(huawei, zone) == before - 1
    huawei.succeeded(huawei.delete(ids))
    assert most(huawei, zone) == before


def test_a_zone_without_room_is_sold_out_everywhere(huawei):
    zone = sorted(room(huawei))[-1]
    left, ids = most(huawei, zone), []
    while left:
        ids += create(huawei, zone, min(left, 100))
        left -= min(left, 100)
    assert zone not in room(huawei)

    def policies(**query):
        answer = huawei.client.list_flavor_sell_policies(
            ecs.ListFlavorSellPoliciesRequest(flavor_id=FLAVOR, **query))
        assert answer.count == len(answer.sell_policies)
        return answer.sell_policies

    gone = policies(sell_status="sellout")
    assert {policy.availability_zone_id for policy in gone} == {zone}
    assert {policy.sell_mode for policy in gone} == {"postPaid", "prePaid", "spot"}
    assert zone not in {policy.availability_zone_id for policy in policies(sell_status="available")}
    listed = huawei.client.list_flavors(ecs.ListFlavorsRequest(flavor_id=FLAVOR)).flavors[0]
    states = listed.os_extra_specs.condoperationaz
    assert f"{zone}(sellout)" in states and "(normal)" in states

    for start in range(0, len(ids), 1000):
        huawei.succeeded(huawei.delete(ids[start:start + 1000]))
    assert zone in room(huawei)
    assert policies(sell_status="sellout") == []


def test_what_a_server_may_become(huawei):
    server = huawei.ids()[0]

    def targets(**query):
        answer = huawei.client.list_resize_flavors(ecs.ListResizeFlavorsRequest(**query))
        return [flavor.id for flavor in answer.flavors]

    own = huawei.server(server).flavor.id
    found = targets(instance_uuid=server)
    assert own not in found and FLAVOR in found
    assert sorted(found) == found
    assert targets(instance_uuid=server, limit=3) == found[:3]
    assert targets(instance_uuid=server, limit=3, marker=found[2]) == found[3:6]
    by_memory = targets(source_flavor_id=own, sort_key="memory_mb", sort_dir="desc")
    assert set(by_memory) == set(found)
    assert by_memory[-1].endswith((".small.1", ".medium.2"))
    with pytest.raises(ClientRequestException) as refused:
        targets(instance_uuid="5e0f0000-0000-4000-8000-000000000000")
    assert refused.value.status_code == 404
